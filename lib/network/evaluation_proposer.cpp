#include "network/evaluation_proposer.h"

#include "detection/proposals.h"
#include "models/faster_rcnn.h"

namespace tnn {

std::vector<LevelAnchors> level_anchors(const std::vector<at::Tensor>& outputs, const DetectorOptions& options) {
  std::vector<LevelAnchors> levels;
  const DetectorOutputs names{options.levels};
  for (int64_t level = 0; level < options.levels; ++level) {
    const at::Tensor& objectness = outputs.at(names.objectness(level));
    const FeatureGrid grid = grid_of_level(options, level, objectness.size(2), objectness.size(3));
    levels.push_back({grid, grid_anchors(anchors_of_level(options, level), grid)});
  }
  return levels;
}

std::vector<std::vector<Box>> propose_regions(const std::vector<at::Tensor>& outputs, const DetectorOptions& detector,
                                              const ProposalOptions& options) {
  const DetectorOutputs names{detector.levels};
  const auto on_cpu = [&](size_t i) { return outputs.at(i).detach().to(at::kCPU, at::kFloat).contiguous(); };
  const std::vector<LevelAnchors> anchors = level_anchors(outputs, detector);
  std::vector<at::Tensor> objectness, deltas;
  for (int64_t level = 0; level < detector.levels; ++level) {
    objectness.push_back(on_cpu(names.objectness(level)));
    deltas.push_back(on_cpu(names.anchor_deltas(level)));
  }
  std::vector<std::vector<Box>> boxes;
  for (int64_t image = 0; image < objectness.front().size(0); ++image) {
    std::vector<ProposalLevel> levels;
    for (size_t l = 0; l < anchors.size(); ++l)
      levels.push_back(
          {{objectness[l][image].const_data_ptr<float>(), deltas[l][image].const_data_ptr<float>(), anchors[l].grid}, &anchors[l].anchors});
    boxes.push_back(propose_regions(levels, options));
  }
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
