// A detector by LibTorch, masked and sliced, and by the engines of the runtime.
#include "runtime/detector.h"

#include <ATen/ATen.h>
#include <c10/core/GradMode.h>
#include <c10/core/InferenceMode.h>

#include "catch_compat.h"
#include "core/error.h"
#include "detection/proposals.h"
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
  const at::Tensor scores = outputs[DetectorOutputs::class_logits].contiguous(), deltas = outputs[DetectorOutputs::box_deltas].contiguous();
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
  for (uint64_t seed = 0; seed < 30; ++seed) {
    INFO(seed);
    const Network network = random_network(seed);
    const at::Tensor image = random_image(network.graph(), seed);
    for (size_t point = 0; point < network.description().points.size(); ++point) {
      const auto sliced = network.forward(image, network.at_point(static_cast<int>(point)), {});
      const auto masked = network.forward(image, network.masked_at_point(static_cast<int>(point)), {});
      REQUIRE(sliced.size() == 5);
      CHECK(at::allclose(sliced[0], masked[0], 1e-4, 1e-4));
      if (!at::allclose(sliced[4], masked[4], 1e-3, 1e-2)) continue;  // a tie in objectness fell the other way
      CHECK(at::allclose(sliced[2], masked[2], 1e-3, 1e-4));
      CHECK(at::allclose(sliced[3], masked[3], 1e-3, 1e-4));
    }
  }
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
