#include "catch_compat.h"
#include "core/error.h"
#include "random_model.h"
#include "runtime/kernels/kernel_set.h"
#include "runtime/throttled_network.h"
#include "temporary_folder.h"

using namespace tnn;

namespace {

/// Outputs of a batch at every operating point.
std::vector<std::vector<float>> outputs_at_all_points(const std::filesystem::path& path, const RuntimeOptions& options,
                                                      const std::vector<float>& input, int64_t batch) {
  ThrottledNetwork net = ThrottledNetwork::load(path, options);
  InferenceContext context = net.context();
  std::vector<std::vector<float>> outputs;
  for (int point = 0; point < static_cast<int>(net.operating_points().size()); ++point) {
    net.set_operating_point(point);
    outputs.emplace_back(static_cast<size_t>(batch * net.output_shape().front()), -1.0F);
    context.run(input.data(), batch, outputs.back().data());
  }
  return outputs;
}

double largest_difference(const std::vector<std::vector<float>>& a, const std::vector<std::vector<float>>& b) {
  double apart = 0;
  for (size_t point = 0; point < a.size(); ++point) {
    double largest = 1;
    for (const float v : b[point]) largest = std::max(largest, static_cast<double>(std::abs(v)));
    for (size_t i = 0; i < a[point].size(); ++i) {
      const double d = std::abs(static_cast<double>(a[point][i]) - static_cast<double>(b[point][i])) / largest;
      apart = std::isnan(d) ? INFINITY : std::max(apart, d);
    }
  }
  return apart;
}

}  // namespace

TEST_CASE("the prefix engine equals the reference on random graphs at every point, batch and instruction set") {
  for (uint64_t seed = 0; seed < 300; ++seed) {
    const TemporaryFolder folder;
    const auto path = folder.path() / "model.safetensors";
    const RandomModel model = random_model(seed);
    model.save(path);
    const auto batch = static_cast<int64_t>(1 + seed % 9);
    const std::vector<float> input = model.input(batch, 7);
    RuntimeOptions options;
    options.engine = "reference";
    options.batch_limit = batch;
    const auto expected = outputs_at_all_points(path, options, input, batch);
    options.engine = "prefix";
    for (const kernels::KernelSet* kernels : kernels::available_kernel_sets()) {
      INFO("seed " << seed << ", batch " << batch << ", " << kernels->name);
      options.instruction_set = kernels->name;
      options.batch_limit = batch + static_cast<int64_t>(seed / 9 % 3) * 4;
      options.threads = 1 + static_cast<int>(seed / 7 % 2);
      REQUIRE(largest_difference(outputs_at_all_points(path, options, input, batch), expected) <= 1e-5);
    }
  }
}
