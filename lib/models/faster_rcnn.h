#pragma once

#include <string>

#include "graph/graph.h"
#include "models/feature_pyramid.h"

namespace tnn {

/// What a Faster R-CNN is made of, beside a classifier.
struct FasterRcnnOptions {
  std::string cut;       ///< the classifier's node whose result is the feature map
  int64_t classes = 20;  ///< of objects, background not among them
  int64_t anchors = 15;  ///< of each place (AnchorOptions::per_place() of a level)
  int64_t channels = 0;  ///< of the region proposal network; 0: as many as the feature map has
  RoiAlign roi_align{7, 2, 300};
  FeaturePyramidOptions pyramid = {};  ///< with levels: in place of `cut`
  int64_t head_features = 1024;        ///< of a pyramid's head: width of its two hidden layers
  int head_cardinality = 1;            ///< D of the gate over them; 1: none
};

/// Faster R-CNN (Ren et al. 2015) over any classifier, cut in two at a node: what leads to the node computes the feature map, once an
/// image; the region proposal network reads it; what follows, up to the classifier's last linear layer, is the head, which runs for each
/// region (the C4 form of He et al. 2016 where the cut is before a ResNet's last stage). In the last layer's place are one for the
/// classes and one for boxes. Gates stay, so that one u throttles features and head; new layers have no gate. Names of nodes are
/// torchvision's.
///
/// With a feature pyramid (FPN, Lin et al. 2017) the classifier gives its levels alone; the region proposal network, one set of weights,
/// reads every map of the pyramid, RoIAlign the one that fits a region, and the head is two hidden linear layers ("roi_heads.box_head.fc6",
/// "fc7"), under the gate "box_head" where head_cardinality is more than 1.
///
/// Outputs: of images `objectness` [A, H, W] and `anchor_deltas` [4 A, H, W], of regions `class_logits` [classes + 1], background first,
/// and `box_deltas` [4 (classes + 1)]. Of a pyramid's L maps, objectness.0 to objectness.L-1, then as many anchor_deltas.
///
/// UsageError where there is no such node (with those that would do), where the feature map is no whole fraction of the input, or a
/// node behind the cut reads another before it.
Graph faster_rcnn(const Graph& classifier, const FasterRcnnOptions& options);

/// The graph's name of a tensor that torchvision's detectors call `name`: "backbone.body.conv1.weight" is "conv1.weight", and convolutions
/// that they wrap ("rpn.head.conv.0.0.weight") lose their numbers. The name itself where it has no such part.
std::string faster_rcnn_pretrained_name(const std::string& name);

/// The places and names of a detector's outputs, with so many maps that have anchors.
struct DetectorOutputs {
  int64_t levels = 1;

  size_t objectness(int64_t level = 0) const { return static_cast<size_t>(level); }
  size_t anchor_deltas(int64_t level = 0) const { return static_cast<size_t>(levels + level); }
  size_t class_logits() const { return static_cast<size_t>(2 * levels); }
  size_t box_deltas() const { return class_logits() + 1; }
  size_t count() const { return class_logits() + 2; }
  /// Of LibTorch's execution, behind the outputs: the regions themselves.
  size_t regions() const { return count(); }
  std::vector<std::string> names() const;
};

}  // namespace tnn
