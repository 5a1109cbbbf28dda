#pragma once

#include "core/random_stream.h"
#include "detection/detector_options.h"
#include "formats/model_description.h"
#include "graph/graph_builder.h"
#include "models/faster_rcnn.h"

namespace tnn {

/// A small detector, another for each seed: gates over channels before and behind the cut, or over a branch; a third of them over a feature
/// pyramid of two levels, some with a gate of its own and of the head, some with a third map for anchors; its options beside it.
inline ModelDescription random_detector(uint64_t seed, BatchNormMode mode = BatchNormMode::recalibrated) {
  RandomStream random(seed, RandomPurpose::other, {77});
  const auto below = [&](uint64_t count) { return static_cast<int64_t>(random.below(count)); };
  GraphBuilder b("detector_" + std::to_string(seed));
  NodeId x = b.input({3, 32 + 16 * below(2), 32 + 16 * below(3)});
  const GateId width = b.channel_gate("width", static_cast<int>(2 + below(3))),
               head = b.channel_gate("head", static_cast<int>(1 + below(4)));
  const Window three{{3}, {}, {1}, {}}, half{{3}, {2}, {1}, {}};
  x = b.relu("relu1", b.batch_norm("bn1", b.convolution("conv1", x, 4 + below(5), width, {half, 1, false, false})));
  // The feature map itself is gated in a third of the detectors.
  const GateId of_map = random.below(3) == 0 ? width : GateId{kNone};
  x = b.batch_norm("bn2", b.convolution("conv2", x, 6 + below(5), of_map, {half, 1, false, false}));
  if (random.below(2) == 0) {
    const GateId depth = b.branch_gate("depth", 1);
    b.begin_branch(depth, 0);
    const NodeId inner = b.convolution("conv3", x, b.shape(x).parts.front().space, {three, 1, false, true});
    b.end_branch();
    x = b.add("sum", {x, inner});
  }
  x = b.relu("map", x);
  const bool pyramid = seed % 3 == 2;
  if (pyramid) x = b.relu("map2", b.convolution("conv5", x, 5 + below(3), head, {half, 1, false, true}));
  x = b.relu("relu4", b.convolution("conv4", x, 4 + below(6), head, {three, 1, false, true}));
  x = b.linear("fc", b.flatten("flat", b.global_pool("pool", x)), 10);
  const Graph classifier = b.finish({x});

  DetectorOptions options;
  options.anchors = {{6, 14}, {0.5, 1.5}};
  options.anchors.sizes.resize(static_cast<size_t>(1 + below(2)));
  options.proposals = {60, 10 + below(20), 0.7, 1};
  options.training_proposals = {100, 40, 0.7, 1};
  options.anchor_sampling.count = 32;
  options.region_sampling.count = 16;
  options.detections = {0.02, 0.5, 30};
  options.stride = 4;
  const int64_t classes = 1 + below(4);
  FasterRcnnOptions parts{"map", classes, options.anchors.per_place(), below(2) * 5, {2 + below(3), below(3), options.proposals.after_nms}};
  if (pyramid) {
    options.levels = 2 + below(2);
    options.anchors.sizes = {6, 14, 25};
    options.anchors.sizes.resize(static_cast<size_t>(options.levels));
    parts.anchors = anchors_of_level(options, 0).per_place();
    parts.roi_align.aligned = below(2) == 0;
    parts.pyramid = {{"map", "map2"}, 6 + below(4), static_cast<int>(1 + below(3)), options.levels};
    parts.head_features = 8 + below(5);
    parts.head_cardinality = static_cast<int>(1 + below(3));
  }
  Graph graph = faster_rcnn(classifier, parts);
  ModelDescription description = describe_model(std::move(graph), {}, mode);
  description.task = "detection";
  description.detector = options;
  for (int64_t i = 0; i < classes; ++i) description.class_names.push_back("class " + std::to_string(i));
  description.preprocessing = {{0, 0, 0}, {1, 1, 1}, 0};
  return description;
}

}  // namespace tnn
