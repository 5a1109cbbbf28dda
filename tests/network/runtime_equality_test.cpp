#include <ATen/ATen.h>
#include <c10/core/InferenceMode.h>

#include <map>

#include "catch_compat.h"
#include "network/model_file.h"
#include "random_graph.h"
#include "runtime/difference.h"
#include "runtime/saved_model.h"
#include "runtime/throttled_network.h"

using namespace tnn;

namespace {

/// The same network in double precision.
Network exact_network(const std::filesystem::path& path) {
  Network network = load_network(path);
  for (const auto& entry : network.parameters().entries()) entry.tensor.set_data(entry.tensor.to(at::kDouble));
  return network;
}

double difference(const at::Tensor& y, const at::Tensor& exact) {
  return (y.to(at::kDouble) - exact).abs().max().item<double>() / std::max(1e-3, exact.abs().max().item<double>());
}

using Outputs = std::vector<at::Tensor>;

double difference(const Outputs& y, const Outputs& exact) {
  double largest = 0;
  for (size_t i = 0; i < exact.size(); ++i) largest = std::max(largest, difference(y[i], exact[i]));
  return largest;
}

/// The outputs of every engine at the operating points of a model, for a batch of inputs: [engine][point].
std::map<std::string, std::vector<Outputs>> outputs_of_engines(const std::filesystem::path& path, std::vector<float>& input,
                                                               int64_t batch) {
  std::map<std::string, std::vector<Outputs>> outputs;
  for (const std::string& engine : engine_names()) {
    ThrottledNetwork net = ThrottledNetwork::load(path, {.engine = engine, .batch_limit = batch});
    InferenceContext context = net.context();
    for (int point = 0; point < static_cast<int>(net.operating_points().size()); ++point) {
      outputs[engine].emplace_back();
      std::vector<float*> places;
      for (const OutputInfo& output : net.outputs()) {
        std::vector<int64_t> sizes = output.shape;
        sizes.insert(sizes.begin(), batch);
        outputs[engine].back().push_back(at::empty(sizes));
        places.push_back(outputs[engine].back().back().data_ptr<float>());
      }
      context.run_at(point, input.data(), batch, places);
    }
  }
  return outputs;
}

}  // namespace

TEST_CASE("masked and sliced execution in LibTorch and every engine of the runtime are equal at every operating point") {
  for (uint64_t seed = 0; seed < 200; ++seed) {
    const SavedModel saved(seed);
    const Network network = load_network(saved.path), exact = exact_network(saved.path);
    c10::InferenceMode inference;
    const int64_t batch = 1 + static_cast<int64_t>(seed % 9);
    std::vector<float> input = saved.model.input(batch, seed);
    auto sizes = network.graph().dimensions(network.graph().input().shape);
    sizes.insert(sizes.begin(), batch);
    const at::Tensor x = at::from_blob(input.data(), sizes, at::kFloat);
    const auto outputs = outputs_of_engines(saved.path, input, batch);
    for (size_t p = 0; p < network.description().points.size(); ++p) {
      INFO("seed " << seed << ", point " << p << ", batch " << batch);
      const int point = static_cast<int>(p);
      const Outputs expected = exact.forward(x.to(at::kDouble), exact.masked_at_point(point), {});
      for (const auto& [engine, results] : outputs) {
        INFO(engine);
        REQUIRE(difference(results[p], expected) <= 1e-5);
      }
      for (const Execution& execution : {network.masked_at_point(point), network.at_point(point)})
        REQUIRE(difference(network.forward(x, execution, {}), expected) <= 1e-5);
    }
  }
}
