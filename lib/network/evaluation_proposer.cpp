#include "network/evaluation_proposer.h"

#include "detection/proposals.h"
#include "models/faster_rcnn.h"

namespace tnn {

FeatureGrid grid_of(const at::Tensor& objectness, const DetectorOptions& options) {
  return {objectness.size(2), objectness.size(3), options.stride};
}

std::vector<std::vector<Box>> propose_regions(const std::vector<at::Tensor>& outputs, const DetectorOptions& detector,
                                              const ProposalOptions& options) {
  const auto on_cpu = [&](size_t i) { return outputs.at(i).detach().to(at::kCPU, at::kFloat).contiguous(); };
  const at::Tensor objectness = on_cpu(DetectorOutputs::objectness), deltas = on_cpu(DetectorOutputs::anchor_deltas);
  const FeatureGrid grid = grid_of(objectness, detector);
  const std::vector<Box> anchors = grid_anchors(detector.anchors, grid);
  std::vector<std::vector<Box>> boxes;
  for (int64_t i = 0; i < objectness.size(0); ++i)
    boxes.push_back(propose_regions({objectness[i].const_data_ptr<float>(), deltas[i].const_data_ptr<float>(), grid}, anchors, options));
  return boxes;
}

std::vector<Region> EvaluationProposer::propose(const std::vector<at::Tensor>& outputs) const {
  std::vector<Region> regions;
  int64_t image = 0;
  for (const std::vector<Box>& boxes : propose_regions(outputs, options_, options_.proposals)) {
    for (const Box& box : boxes) regions.push_back({image, box});
    ++image;
  }
  return regions;
}

}  // namespace tnn
