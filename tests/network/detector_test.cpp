// A detector by LibTorch, masked and sliced, and by the engines of the runtime.
#include "runtime/detector.h"

#include <ATen/ATen.h>
#include <c10/core/GradMode.h>
#include <c10/core/InferenceMode.h>

#include "catch_compat.h"
#include "core/error.h"
#include "detection/proposals.h"
#include "graph/graph_builder.h"
#include "network/model_file.h"
#include "network/network.h"
#include "random_detector.h"
#include "temporary_folder.h"

using namespace tnn;

namespace {

/// Random statistics, too, and layers large enough that detectors find something.
Network random_network(uint64_t seed) {
  Network network(random_detector(seed), seed);
  at::manual_seed(seed);
  for (const auto& entry : network.parameters().entries()) {
    c10::NoGradGuard no_grad;
    const bool variance = entry.name.find("var") != std::string::npos;
    if (entry.tensor.dim() <= 2 || variance)
      entry.tensor.copy_(variance ? at::rand(entry.tensor.sizes()) + 0.5 : 0.3 * at::randn(entry.tensor.sizes()));
  }
  return network;
}

at::Tensor random_image(const Graph& graph, uint64_t seed) {
  at::manual_seed(seed + 1000);
  auto sizes = graph.dimensions(graph.input().shape);
  sizes.insert(sizes.begin(), 1);
  return at::randn(sizes);
}

std::vector<Detection> detections_of(const std::vector<at::Tensor>& outputs, const ModelDescription& description) {
  std::vector<Box> boxes;
  for (const Region& region : regions_of(outputs.back())) boxes.push_back(region.box);
  const DetectorOutputs names{description.detector->levels};
  const at::Tensor scores = outputs[names.class_logits()].contiguous(), deltas = outputs[names.box_deltas()].contiguous();
  const auto& extent = description.graph.input().shape.extent;
  return find_detections({scores.const_data_ptr<float>(), deltas.const_data_ptr<float>(), scores.size(1) - 1}, boxes, *description.detector,
                         static_cast<double>(extent[1]), static_cast<double>(extent[0]));
}

void check_same(const std::vector<Detection>& found, const std::vector<Detection>& expected) {
  REQUIRE(found.size() == expected.size());
  for (size_t i = 0; i < found.size(); ++i) {
    CHECK(found[i].category == expected[i].category);
    CHECK(found[i].score == Approx(expected[i].score).margin(1e-4));
    CHECK(found[i].box.x1 == Approx(expected[i].box.x1).margin(1e-2));
    CHECK(found[i].box.y2 == Approx(expected[i].box.y2).margin(1e-2));
  }
}

}  // namespace

TEST_CASE("detector: masked and sliced execution choose the same regions and compute the same for them") {
  c10::InferenceMode inference;
  int64_t compared = 0, pyramids = 0;
  for (uint64_t seed = 0; seed < 30; ++seed) {
    INFO(seed);
    const Network network = random_network(seed);
    pyramids += network.description().detector->levels > 1;
    const at::Tensor image = random_image(network.graph(), seed);
    for (size_t point = 0; point < network.description().points.size(); ++point) {
      const auto sliced = network.forward(image, network.at_point(static_cast<int>(point)), {});
      const auto masked = network.forward(image, network.masked_at_point(static_cast<int>(point)), {});
      const DetectorOutputs names{network.description().detector->levels};
      REQUIRE(sliced.size() == names.count() + 1);
      for (int64_t level = 0; level < names.levels; ++level)
        CHECK(at::allclose(sliced[names.objectness(level)], masked[names.objectness(level)], 1e-4, 1e-4));
      const at::Tensor &regions = sliced[names.regions()], &others = masked[names.regions()];
      // A tie in objectness may fall the other way.
      if (regions.sizes() != others.sizes() || !at::allclose(regions, others, 1e-3, 1e-2)) continue;
      CHECK(at::allclose(sliced[names.class_logits()], masked[names.class_logits()], 1e-3, 1e-4));
      CHECK(at::allclose(sliced[names.box_deltas()], masked[names.box_deltas()], 1e-3, 1e-4));
      ++compared;
    }
  }
  CHECK(compared > 50);
  CHECK(pyramids > 5);
}

TEST_CASE("detector: the regions of a pyramid read the level that fits their size, forwards and backwards") {
  std::vector<at::Tensor> levels;
  for (const int64_t size : {16, 8, 4}) levels.push_back(at::randn({1, 2, size, size}).requires_grad_());
  const std::vector<Region> regions{{0, {0, 0, 230, 230}}, {0, {3, 3, 60, 70}}, {0, {0, 0, 120, 128}}, {0, {8, 4, 50, 40}}};
  const at::Tensor pooled = roi_align(levels, regions, {2, 2, 1, 1, false}, 256, 256);
  REQUIRE(pooled.sizes() == at::IntArrayRef({4, 2, 2, 2}));
  // Strides are 16, 32 and 64: 224 pixels are the first level's, twice as many the next.
  for (const int64_t r : {0, 1, 2, 3})
    CHECK(at::allclose(pooled[r], roi_align(levels[0], {regions[static_cast<size_t>(r)]}, {2, 2, 1.0 / 16, 1.0 / 16, false})[0]));
  const std::vector<Region> large{{0, {0, 0, 60, 70}}, {0, {0, 0, 500, 500}}, {0, {10, 10, 1000, 1000}}};
  const at::Tensor mixed = roi_align(levels, large, {2, 2, 1, 1, true}, 256, 256);
  for (const size_t r : {0, 1, 2}) {
    const double scale = 1.0 / static_cast<double>(16 << r);
    CHECK(at::allclose(mixed[static_cast<int64_t>(r)], roi_align(levels[r], {large[r]}, {2, 2, scale, scale, true})[0]));
  }
  mixed.slice(0, 1, 2).sum().backward();
  CHECK(levels[1].grad().abs().sum().item<float>() > 0);
  CHECK(levels[0].grad().abs().sum().item<float>() == 0);
}

TEST_CASE("detector: convolutions of several maps that share weights gather the gradient of all of them") {
  GraphBuilder b("shared");
  const NodeId x = b.input({2, 4, 4});
  const SpaceId space = b.space("y", 3);
  const Convolution three{{{3}, {}, {1}, {}}};
  Convolution again = three;
  again.weights_of = "first";
  const NodeId first = b.convolution("first", x, space, three);
  const NodeId second = b.convolution("second", b.pool("half", x, {PoolKind::max, {{1}, {2}, {}, {}}}), space, again);
  Network network(describe_model(b.finish({first, second}), {}, BatchNormMode::shared), 1);
  REQUIRE(network.parameters().entries().size() == 2);
  const at::Tensor input = at::randn({1, 2, 4, 4});
  const auto gradient = [&](bool of_first, bool of_second) {
    const at::Tensor& weight = network.parameters().weight(1);
    weight.mutable_grad() = at::Tensor();
    const auto outputs = network.forward(input, network.at_point(0), {Phase::train});
    ((of_first ? outputs[0].sum() : at::zeros({})) + (of_second ? outputs[1].sum() : at::zeros({}))).backward();
    return weight.grad().clone();
  };
  CHECK(at::allclose(gradient(true, true), gradient(true, false) + gradient(false, true), 1e-4, 1e-5));
  CHECK(gradient(false, true).abs().sum().item<float>() > 0);
}

TEST_CASE("detector: frozen batch norms keep statistics, scale and shift in training, and use them") {
  GraphBuilder b("frozen");
  NodeId x = b.input({2, 4, 4});
  x = b.batch_norm("bn", b.convolution("conv", x, 3, kNone, {{{3}, {}, {1}, {}}}));
  x = b.linear("fc", b.flatten("flat", x), 2);
  Network network(describe_model(b.finish({x}), {}, BatchNormMode::frozen), 1);
  std::vector<std::string> trained;
  for (const auto& entry : network.parameters().trainable()) trained.push_back(entry.name);
  CHECK(trained == std::vector<std::string>{"conv.weight", "conv.bias", "fc.weight", "fc.bias"});
  const at::Tensor input = 3.0 + at::randn({4, 2, 4, 4});
  const BatchNormTensors& norm = network.parameters().batch_norm(2);
  const at::Tensor mean = norm.mean.clone();
  const at::Tensor in_training = network.first_output(input, network.at_point(0), {Phase::train});
  CHECK(norm.mean.equal(mean));
  CHECK(at::allclose(in_training, network.first_output(input, network.at_point(0), {}), 1e-5, 1e-6));
}

TEST_CASE("detector: every engine of the runtime finds what LibTorch finds, at every operating point") {
  c10::InferenceMode inference;
  const TemporaryFolder folder;
  int64_t compared = 0;
  for (uint64_t seed = 0; seed < 20; ++seed) {
    INFO(seed);
    const Network network = random_network(seed);
    const auto path = folder.path() / "detector.safetensors";
    save_network(path, network);
    const at::Tensor image = random_image(network.graph(), seed).contiguous();
    for (const std::string engine : {"reference", "prefix"}) {
      Detector detector = Detector::load(path, {.engine = engine});
      CHECK(detector.description().detector == network.description().detector);
      for (int point = 0; point < static_cast<int>(network.description().points.size()); ++point) {
        const auto outputs = network.forward(image, network.at_point(point), {});
        const auto expected = detections_of(outputs, network.description());
        const auto& extent = network.graph().input().shape.extent;
        const auto found =
            detector.run(image.const_data_ptr<float>(), {static_cast<double>(extent[0]), static_cast<double>(extent[1])}, point);
        CHECK(detector.last_regions() == outputs.back().size(0));
        check_same(found, expected);
        compared += static_cast<int64_t>(found.size());
      }
    }
  }
  CHECK(compared > 100);
}

TEST_CASE("detector: RoIAlign's gradient reaches the feature map") {
  const at::Tensor features = at::randn({1, 2, 4, 4}).contiguous(at::MemoryFormat::ChannelsLast).requires_grad_();
  const at::Tensor pooled = roi_align(features, {{0, {2, 2, 14, 14}}}, {2, 2, 0.25, 0.25});
  const at::Tensor weights = at::randn(pooled.sizes());
  (pooled * weights).sum().backward();
  const at::Tensor shifted = (features.detach() + 1.0).contiguous(at::MemoryFormat::ChannelsLast);
  // All taps of a bin that lies inside weigh 1 together.
  CHECK(features.grad().sum().item<float>() == Approx(weights.sum().item<float>()).margin(1e-4));
  CHECK(at::allclose(roi_align(shifted, {{0, {2, 2, 14, 14}}}, {2, 2, 0.25, 0.25}), pooled + 1.0, 1e-4, 1e-5));
}

TEST_CASE("detector: a network that is none, and a detector where a network is expected, are refused") {
  const TemporaryFolder folder;
  save_network(folder.path() / "detector.safetensors", random_network(1));
  CHECK_THROWS_WITH(ThrottledNetwork::load(folder.path() / "detector.safetensors"), Catch::Contains("two-stage detector"));
}
