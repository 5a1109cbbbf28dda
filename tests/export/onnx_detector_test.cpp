// A whole detector as an ONNX graph, by the project's own evaluator, beside the library's code for proposals and detections.
#include "export/onnx_detector.h"

#include <algorithm>
#include <cmath>

#include "catch_compat.h"
#include "core/error.h"
#include "detection/proposals.h"
#include "export/onnx_evaluator.h"
#include "graph/region_split.h"
#include "models/faster_rcnn.h"
#include "random_detector.h"
#include "random_stored_detector.h"

using namespace tnn;

namespace {

/// What a graph without regions gives for an input, by its own ONNX file.
std::vector<HostTensor> run(const StoredModel& whole, Graph graph, const HostTensor& input) {
  StoredModel part{whole.description, whole.tensors};
  part.description.graph = std::move(graph);
  return evaluate_onnx(lower_to_onnx(part, {}), {{"input", input}});
}

/// The same by the library: the two parts of the split, and between them propose_regions() and roi_align().
std::vector<Detection> by_library(const StoredModel& model, const HostTensor& input, double height, double width) {
  const DetectorOptions& options = *model.description.detector;
  const DetectorOutputs places{options.levels};
  const RegionSplit split = split_at_regions(model.description.graph);
  const std::vector<HostTensor> maps = run(model, split.images, input);
  std::vector<std::vector<Box>> anchors;
  std::vector<ProposalLevel> levels;
  std::vector<FeatureLevel> features;
  for (int64_t level = 0; level < options.levels; ++level) {
    const auto& shape = maps[places.objectness(level)].shape;
    anchors.push_back(grid_anchors(anchors_of_level(options, level), grid_of_level(options, level, shape[2], shape[3])));
  }
  for (int64_t level = 0; level < options.levels; ++level) {
    const HostTensor& objectness = maps[places.objectness(level)];
    levels.push_back({{objectness.values.data(), maps[places.anchor_deltas(level)].values.data(),
                       grid_of_level(options, level, objectness.shape[2], objectness.shape[3])},
                      &anchors[static_cast<size_t>(level)]});
  }
  for (size_t i = maps.size() - static_cast<size_t>(split.levels); i < maps.size(); ++i)
    features.push_back({maps[i].values.data(), {maps[i].shape[1], maps[i].shape[2], maps[i].shape[3], false}});
  const std::vector<Box> boxes = propose_regions(levels, options.proposals);
  std::vector<Region> regions;
  for (const Box& box : boxes) regions.push_back({0, box});
  const int64_t size = split.roi_align.size;
  HostTensor pooled{{static_cast<int64_t>(boxes.size()), features.front().extent.channels, size, size}, {}};
  pooled.values.resize(static_cast<size_t>(pooled.shape[0] * pooled.shape[1] * size * size));
  roi_align(features, options.stride, regions, {size, split.roi_align.ratio, 1, 1, split.roi_align.aligned}, pooled.values.data());
  const std::vector<HostTensor> head = run(model, split.regions, pooled);
  return find_detections({head[0].values.data(), head[1].values.data(), head[0].shape[1] - 1}, boxes, options, width, height);
}

}  // namespace

TEST_CASE("a detector as one ONNX graph finds what the library finds, at every operating point") {
  size_t compared = 0, pyramids = 0;
  for (uint64_t seed = 0; seed < 24; ++seed) {
    const StoredModel model = random_stored_detector(seed);
    const auto& extent = model.description.graph.input().shape.extent;
    const HostTensor input = random_input(model.description.graph, 1, seed);
    const double height = static_cast<double>(extent[0]) - 3, width = static_cast<double>(extent[1]) - 5;
    for (size_t point = 0; point < model.description.points.size(); ++point) {
      INFO("seed " << seed << ", point " << point);
      const StoredModel cut = cut_model(model, static_cast<int>(point));
      // Opset 17 says every RoIAlign as it is.
      const OnnxModel onnx = onnx_from_bytes(onnx_to_bytes(lower_to_onnx(cut, {.opset = 17})), "test");
      const auto found =
          evaluate_onnx(onnx, {{"input", input}, {"extent", {{2}, {static_cast<float>(height), static_cast<float>(width)}}}});
      const std::vector<Detection> expected = by_library(cut, input, height, width);
      REQUIRE(found.size() == 3);
      REQUIRE(found[2].values.size() == expected.size());
      CHECK(found[0].shape == std::vector<int64_t>{static_cast<int64_t>(expected.size()), 4});
      for (size_t i = 0; i < expected.size(); ++i) {
        CHECK(found[1].values[i] == static_cast<float>(expected[i].category));
        CHECK(found[2].values[i] == Approx(expected[i].score).margin(1e-4));
        CHECK(found[0].values[4 * i] == Approx(expected[i].box.x1).margin(1e-2));
        CHECK(found[0].values[4 * i + 3] == Approx(expected[i].box.y2).margin(1e-2));
      }
      compared += expected.size();
      pyramids += model.description.detector->levels > 1 && !expected.empty();
    }
  }
  CHECK(compared > 200);
  CHECK(pyramids > 10);
}

TEST_CASE("a detector's ONNX graph at opset 13 has the operators of opset 13, and no half pixels") {
  for (uint64_t seed = 0; seed < 6; ++seed) {
    const StoredModel cut = cut_model(random_stored_detector(seed), 0);
    const OnnxModel onnx = lower_to_onnx(cut, {});
    CHECK(onnx.opset == 13);
    std::vector<std::string> inputs, outputs;
    for (const OnnxValue& value : onnx.graph.inputs) inputs.push_back(value.name);
    for (const OnnxValue& value : onnx.graph.outputs) outputs.push_back(value.name);
    CHECK(inputs == std::vector<std::string>{"input", "extent"});
    CHECK(outputs == std::vector<std::string>{"boxes", "labels", "scores"});
    int64_t aligned = 0;
    for (const OnnxNode& node : onnx.graph.nodes) {
      aligned += node.op == "RoiAlign";
      CHECK(node.attributes.count("coordinate_transformation_mode") == (node.op == "Resize" ? 1U : 0U));
    }
    CHECK(aligned == (cut.description.detector->levels > 1 ? 2 : 1));
  }
}

TEST_CASE("a detector in whose image nothing is found gives empty boxes, labels and scores") {
  StoredModel model = random_stored_detector(2);
  model.description.detector->detections.score_threshold = 0.999999;
  const StoredModel cut = cut_model(model, 0);
  const HostTensor input = random_input(model.description.graph, 1, 1);
  const auto found = evaluate_onnx(lower_to_onnx(cut, {}), {{"input", input}, {"extent", {{2}, {32, 32}}}});
  CHECK(found[0].shape == std::vector<int64_t>{0, 4});
  CHECK(found[1].shape == std::vector<int64_t>{0});
  CHECK(found[2].shape == std::vector<int64_t>{0});
}

TEST_CASE("a detector where no box is a proposal looks at the whole input, as an ONNX graph too") {
  StoredModel model = random_stored_detector(1);
  model.description.detector->proposals.smallest_side = 1000;
  model.description.detector->detections.score_threshold = 0;
  const StoredModel cut = cut_model(model, 0);
  const HostTensor input = random_input(model.description.graph, 1, 1);
  const auto& extent = model.description.graph.input().shape.extent;
  const auto found = evaluate_onnx(lower_to_onnx(cut, {.opset = 17}),
                                   {{"input", input}, {"extent", {{2}, {static_cast<float>(extent[0]), static_cast<float>(extent[1])}}}});
  const auto expected = by_library(cut, input, static_cast<double>(extent[0]), static_cast<double>(extent[1]));
  CHECK(expected.size() == model.description.class_names.size());
  CHECK(found[2].values.size() == expected.size());
}

TEST_CASE("a detector with its utilization as an input is refused as ONNX, and what would do is said") {
  CHECK_THROWS_WITH(lower_to_onnx(random_stored_detector(1), {}), Catch::Contains("at one utilization (allowed: --u"));
}
