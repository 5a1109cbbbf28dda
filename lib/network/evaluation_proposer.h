#pragma once

#include <vector>

#include "detection/anchors.h"
#include "detection/detector_options.h"
#include "network/region_proposer.h"

namespace tnn {

/// The grids of the levels that gave a detector's objectness, [N, A, height, width] each, and the anchors of each.
struct LevelAnchors {
  FeatureGrid grid;
  std::vector<Box> anchors;
};
std::vector<LevelAnchors> level_anchors(const std::vector<at::Tensor>& outputs, const DetectorOptions& options);

/// The proposals of the region proposal network for each image of a batch, out of the outputs of a detector (models/faster_rcnn.h).
std::vector<std::vector<Box>> propose_regions(const std::vector<at::Tensor>& outputs, const DetectorOptions& detector,
                                              const ProposalOptions& options);

/// The regions of a detector outside training: its proposals.
class EvaluationProposer : public RegionProposer {
 public:
  explicit EvaluationProposer(DetectorOptions options) : options_(std::move(options)) {}
  std::vector<Region> propose(const std::vector<at::Tensor>& outputs) const override;

 private:
  DetectorOptions options_;
};

}  // namespace tnn
