#pragma once

#include <string>

#include "graph/graph.h"

namespace tnn {

/// What a Faster R-CNN is made of, beside a classifier.
struct FasterRcnnOptions {
  std::string cut;       ///< the classifier's node whose result is the feature map
  int64_t classes = 20;  ///< of objects, background not among them
  int64_t anchors = 15;  ///< of each place (AnchorOptions::per_place())
  int64_t channels = 0;  ///< of the region proposal network; 0: as many as the feature map has
  RoiAlign roi_align{7, 2, 300};
};

/// Faster R-CNN (Ren et al. 2015) over any classifier, cut in two at a node: what leads to the node computes the feature map, once an
/// image; the region proposal network reads it; what follows, up to the classifier's last linear layer, is the head, which runs for each
/// region (the C4 form of He et al. 2016 where the cut is before a ResNet's last stage). In the last layer's place are one for the
/// classes and one for boxes. Gates stay, so that one u throttles features and head; new layers have no gate. Names of nodes are
/// torchvision's.
///
/// Outputs: of images `objectness` [A, H, W] and `anchor_deltas` [4 A, H, W], of regions `class_logits` [classes + 1], background first,
/// and `box_deltas` [4 (classes + 1)].
///
/// UsageError where there is no such node (with those that would do), where the feature map is no whole fraction of the input, or a
/// node behind the cut reads another before it.
Graph faster_rcnn(const Graph& classifier, const FasterRcnnOptions& options);

/// Names of the outputs, in their order.
struct DetectorOutputs {
  static constexpr const char* kNames[] = {"objectness", "anchor_deltas", "class_logits", "box_deltas"};
  enum Index : size_t { objectness, anchor_deltas, class_logits, box_deltas, regions };
};

}  // namespace tnn
