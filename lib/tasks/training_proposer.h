#pragma once

#include <vector>

#include "detection/detector_options.h"
#include "network/region_proposer.h"
#include "tasks/region_targets.h"

namespace tnn {

/// The regions of training: a sample of the proposals and the objects themselves, of each image (Girshick 2015, 2.3).
class TrainingProposer : public RegionProposer {
 public:
  TrainingProposer(const DetectorOptions& options, std::vector<ImageObjects> images, uint64_t seed)
      : options_(options), images_(std::move(images)), seed_(seed) {}
  std::vector<Region> propose(const std::vector<at::Tensor>& outputs) const override;

 private:
  DetectorOptions options_;
  std::vector<ImageObjects> images_;
  uint64_t seed_;
};

}  // namespace tnn
