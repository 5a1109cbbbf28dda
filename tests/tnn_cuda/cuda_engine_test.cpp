#include <algorithm>
#include <atomic>
#include <cmath>
#include <thread>

#include "catch_compat.h"
#include "core/error.h"
#include "runtime/engine_module.h"
#include "runtime/random_model.h"
#include "runtime/throttled_network.h"
#include "temporary_folder.h"

using namespace tnn;

namespace {

struct SavedModel {
  TemporaryFolder folder;
  RandomModel model;
  explicit SavedModel(RandomModel m) : model(std::move(m)) { model.save(path()); }
  std::filesystem::path path() const { return folder.path() / "model.safetensors"; }
  ThrottledNetwork load(const std::string& engine, Precision precision, int64_t batch) const {
    return ThrottledNetwork::load(path(), {.engine = engine, .precision = precision, .batch_limit = batch});
  }
};

/// Why the engine cannot be made here; "" where it can.
std::string why_no_engine() {
  static const std::string reason = [] {
    try {
      SavedModel(random_model(1)).load("cuda", Precision::fp32, 1);
      return std::string();
    } catch (const UsageError& error) {
      return std::string(error.what());
    }
  }();
  return reason;
}

std::vector<float> run_at(InferenceContext& context, const ThrottledNetwork& net, const std::vector<float>& input, int64_t batch) {
  int64_t each = 1;
  for (const int64_t size : net.output_shape()) each *= size;
  std::vector<float> output(static_cast<size_t>(batch * each), -1.0f);
  context.run(input.data(), batch, output.data());
  return output;
}

/// Largest difference, relative to the largest expected number (at least 1); NaN counts as infinite.
double difference(const std::vector<float>& actual, const std::vector<float>& expected) {
  double largest = 1, apart = 0;
  for (const float x : expected) largest = std::max(largest, std::abs(static_cast<double>(x)));
  for (size_t i = 0; i < expected.size(); ++i) {
    const double d = std::abs(static_cast<double>(actual[i]) - static_cast<double>(expected[i])) / largest;
    apart = std::isnan(d) ? INFINITY : std::max(apart, d);
  }
  return apart;
}

/// Over all points and over batches of 1 up to the limit, in one context.
double difference_to_reference(const RandomModel& model, Precision precision, int64_t batch_limit) {
  const SavedModel saved(model);
  ThrottledNetwork net = saved.load("cuda", precision, batch_limit), reference = saved.load("reference", Precision::fp32, batch_limit);
  InferenceContext context = net.context(), expected = reference.context();
  const std::vector<float> input = model.input(batch_limit, 7);
  double apart = 0;
  for (int point = 0; point < static_cast<int>(net.operating_points().size()); ++point) {
    net.set_operating_point(point);
    reference.set_operating_point(point);
    const std::vector<float> all = run_at(expected, reference, input, batch_limit);
    for (const int64_t batch : {batch_limit, (batch_limit + 1) / 2, int64_t{1}}) {
      const std::vector<float> some(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(all.size()) / batch_limit * batch);
      apart = std::max(apart, difference(run_at(context, net, input, batch), some));
    }
  }
  return apart;
}

void compare_random_graphs(Precision precision, double tolerance, uint64_t seeds) {
  for (uint64_t seed = 0; seed < seeds; ++seed) {
    INFO("seed " << seed << ", " << precision_name(precision));
    if (RandomGraph::upsamples(seed)) continue;
    CHECK(difference_to_reference(random_model(seed), precision, 1 + static_cast<int64_t>(seed % 9)) <= tolerance);
  }
}

/// A net of the shapes that cuDNN and cuBLASLt are made for: even channel counts, 3x3 and 1x1 convolutions, residuals, groups, depthwise.
RandomModel regular_model(uint64_t seed) {
  GraphBuilder b("regular");
  const GateId gate = b.channel_gate("width", 8);
  const Window three{{3}, {}, {1}, {}}, one{{1}, {}, {}, {}};
  NodeId x = b.relu("relu1", b.batch_norm("bn1", b.convolution("conv1", b.input({3, 32, 32}), 64, gate, {.window = three, .bias = false})));
  const SpaceId trunk = b.space("trunk", 128, gate);
  x = b.relu("relu2", b.batch_norm("bn2", b.convolution("conv2", x, trunk, {.window = {{3}, {2}, {1}, {}}, .bias = false})));
  NodeId y = b.relu("relu3", b.batch_norm("bn3", b.convolution("conv3", x, 64, gate, {.window = one, .bias = false})));
  y = b.batch_norm("bn4", b.convolution("conv4", y, trunk, {.window = three, .bias = false}));
  x = b.activation("relu6", b.add("add", {x, y}), ActivationKind::relu6);
  x = b.relu("relu5", b.batch_norm("bn5", b.depthwise_convolution("depthwise", x, three, false)));
  x = b.global_pool("pool", b.convolution("dilated", x, 96, gate, {.window = {{3}, {}, {2}, {2}}}), PoolKind::average);
  return RandomModel(describe_model(b.finish({b.linear("classifier", b.flatten("flat", x), 10)}), {}, BatchNormMode::recalibrated), seed);
}

}  // namespace

TEST_CASE("the engine cuda is listed where its module is, and without a GPU making it says why") {
  REQUIRE(engine_module_is_there("cuda"));
  const auto names = engine_names();
  CHECK(std::find(names.begin(), names.end(), "cuda") != names.end());
  CHECK(default_engine_name() != "cuda");
  if (why_no_engine().empty()) TNN_SKIP("there is a GPU");
  CHECK_THAT(why_no_engine(), ContainsSubstring("the engine 'cuda' needs a GPU: "));
}

TEST_CASE("on a GPU random graphs equal the reference at every operating point, in fp32") {
  if (!why_no_engine().empty()) TNN_SKIP(why_no_engine());
  compare_random_graphs(Precision::fp32, 1e-4, 100);
}

TEST_CASE("on a GPU random graphs equal the reference at every operating point, in tf32") {
  if (!why_no_engine().empty()) TNN_SKIP(why_no_engine());
  compare_random_graphs(Precision::tf32, 5e-3, 30);
}

TEST_CASE("on a GPU random graphs equal the reference at every operating point, in fp16") {
  if (!why_no_engine().empty()) TNN_SKIP(why_no_engine());
  compare_random_graphs(Precision::fp16, 1e-2, 30);
}

TEST_CASE("on a GPU random graphs equal the reference at every operating point, in bf16") {
  if (!why_no_engine().empty()) TNN_SKIP(why_no_engine());
  compare_random_graphs(Precision::bf16, 5e-2, 30);
}

TEST_CASE("on a GPU a net of regular shapes equals the reference in every precision, batch 1 to 9") {
  if (!why_no_engine().empty()) TNN_SKIP(why_no_engine());
  for (const int64_t batch : {1, 4, 9}) {
    INFO("batch " << batch);
    CHECK(difference_to_reference(regular_model(3), Precision::fp32, batch) <= 1e-4);
    CHECK(difference_to_reference(regular_model(3), Precision::tf32, batch) <= 3e-3);
    CHECK(difference_to_reference(regular_model(3), Precision::fp16, batch) <= 1e-2);
    CHECK(difference_to_reference(regular_model(3), Precision::bf16, batch) <= 5e-2);
  }
}

TEST_CASE("on a GPU a NaN in the input is not lost where the reference keeps it, in every precision") {
  if (!why_no_engine().empty()) TNN_SKIP(why_no_engine());
  for (const Precision precision : {Precision::fp32, Precision::tf32, Precision::fp16, Precision::bf16})
    for (uint64_t seed = 0; seed < 20; ++seed) {
      if (RandomGraph::upsamples(seed)) continue;
      const SavedModel saved(seed == 0 ? regular_model(1) : random_model(seed));
      ThrottledNetwork net = saved.load("cuda", precision, 1), reference = saved.load("reference", Precision::fp32, 1);
      InferenceContext context = net.context(), expected = reference.context();
      std::vector<float> input = saved.model.input(1, 7);
      input[seed % input.size()] = NAN;
      for (int point = 0; point < static_cast<int>(net.operating_points().size()); ++point) {
        INFO("seed " << seed << ", point " << point << ", " << precision_name(precision));
        net.set_operating_point(point);
        reference.set_operating_point(point);
        const std::vector<float> found = run_at(context, net, input, 1), kept = run_at(expected, reference, input, 1);
        for (size_t i = 0; i < kept.size(); ++i)
          if (std::isnan(kept[i])) REQUIRE(std::isnan(found[i]));
      }
    }
}

TEST_CASE("on a GPU a run gives the same bits again, after others and in another context") {
  if (!why_no_engine().empty()) TNN_SKIP(why_no_engine());
  const SavedModel saved(regular_model(5));
  ThrottledNetwork net = saved.load("cuda", Precision::fp16, 4);
  const std::vector<float> input = saved.model.input(4, 1);
  InferenceContext first = net.context(), second = net.context();
  const auto points = static_cast<int>(net.operating_points().size());
  for (int point = 0; point < points; ++point) {
    net.set_operating_point(point);
    const auto expected = run_at(first, net, input, 4);
    net.set_operating_point(points - 1 - point);
    run_at(first, net, input, 3);
    net.set_operating_point(point);
    CHECK(run_at(first, net, input, 4) == expected);
    CHECK(run_at(second, net, input, 4) == expected);
  }
}

TEST_CASE("on a GPU, with switches from another thread, every output is that of the point that the run names") {
  if (!why_no_engine().empty()) TNN_SKIP(why_no_engine());
  const SavedModel saved(regular_model(6));
  ThrottledNetwork net = saved.load("cuda", Precision::fp32, 1);
  const std::vector<float> input = saved.model.input(1, 1);
  InferenceContext context = net.context();
  std::vector<std::vector<float>> expected;
  for (int point = 0; point < static_cast<int>(net.operating_points().size()); ++point) {
    net.set_operating_point(point);
    expected.push_back(run_at(context, net, input, 1));
  }
  std::atomic<bool> stop{false};
  std::thread switching([&] {
    for (int i = 1; !stop; i = i % 1000 + 1) net.set_utilization(i / 1000.0);
  });
  int mixtures = 0;
  std::vector<float> output(expected.front().size());
  for (int i = 0; i < 2000; ++i) {
    const int point = context.run(input.data(), 1, output.data());
    if (output != expected[static_cast<size_t>(point)]) ++mixtures;
  }
  stop = true;
  switching.join();
  CHECK(mixtures == 0);
}
