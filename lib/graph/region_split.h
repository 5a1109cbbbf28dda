#pragma once

#include <optional>

#include "graph/graph.h"

namespace tnn {

/// The RoiAlign of a two-stage graph, if it has one.
std::optional<NodeId> find_roi_align(const Graph& graph);

/// A two-stage graph as two ordinary ones, as engines run them: `images` computes all outputs of images, then what the RoiAlign reads, at
/// full width: kFeatures, of several levels kFeatures + ".0" and so on; `regions` takes what the RoiAlign gives, {C, size, size}, and
/// computes the outputs of regions. Nodes, and so tensors, keep their names; both have all gates, so that a configuration of the whole is
/// one of either.
struct RegionSplit {
  Graph images, regions;
  RoiAlign roi_align;
  int64_t levels = 1;  ///< outputs of `images` that the RoiAlign reads
  static constexpr const char* kFeatures = "roi_align_features";
};

/// UsageError where the graph has no RoiAlign, or no output of regions.
RegionSplit split_at_regions(const Graph& graph);

}  // namespace tnn
