#include "tasks/training_proposer.h"

#include "detection/matching.h"
#include "network/evaluation_proposer.h"

namespace tnn {

std::vector<Region> TrainingProposer::propose(const std::vector<at::Tensor>& outputs) const {
  std::vector<std::vector<Box>> proposals = propose_regions(outputs, options_, options_.training_proposals);
  std::vector<Region> regions;
  for (size_t image = 0; image < proposals.size(); ++image) {
    std::vector<Box>& boxes = proposals[image];
    const ImageObjects& shown = images_.at(image);
    for (const Box& object : shown.objects)
      if (object.area() > 0) boxes.push_back(object);
    RandomStream random(seed_, RandomPurpose::region_sampling, {1, image});
    const auto matches = match_boxes(boxes, shown.objects, shown.ignored, options_.region_sampling, false);
    std::vector<int32_t> sampled = sample_matches(matches, options_.region_sampling, random);
    if (sampled.empty()) sampled.push_back(0);  // an image of crowds alone: nothing is learnt of it, but every image has a region
    for (const int32_t i : sampled) regions.push_back({static_cast<int64_t>(image), boxes[static_cast<size_t>(i)]});
  }
  return regions;
}

}  // namespace tnn
