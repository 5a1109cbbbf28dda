#pragma once

#include <string>
#include <vector>

#include "graph/graph_builder.h"

namespace tnn {

/// What a feature pyramid is made of.
struct FeaturePyramidOptions {
  std::vector<std::string> levels;  ///< nodes of the backbone, the finest first, each half as high and wide as the one before; empty: none
  int64_t channels = 256;           ///< of every level
  int cardinality = 1;              ///< D of the one gate over the pyramid's channels; 1: none
  int64_t anchor_levels = 5;        ///< maps that have anchors: as many as levels, or one more, of half the size of the last
};

/// A feature pyramid network (Lin et al. 2017, 3): a lateral 1x1 convolution of each level; from the coarsest on, the sum with the next
/// coarser one, upsampled; then a 3x3 convolution of each. All lateral convolutions share a channel space, and so do those of the results,
/// under one gate, "fpn", where the cardinality is more than 1. Names of nodes are torchvision's: "fpn.inner_blocks.0",
/// "fpn.layer_blocks.0", and "fpn.pool" for the one further map.
///
/// `levels`: the backbone's, in the builder. Returns anchor_levels maps, the finest first. UsageError, naming detector.fpn, where a level
/// is not half of the one before.
std::vector<NodeId> feature_pyramid(GraphBuilder& builder, const std::vector<NodeId>& levels, const FeaturePyramidOptions& options);

}  // namespace tnn
