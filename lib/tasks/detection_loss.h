#pragma once

#include "detection/detector_options.h"
#include "tasks/region_targets.h"
#include "tasks/task.h"

namespace tnn {

/// The losses of a batch (see DetectionTask), each a number.
struct DetectionLosses {
  at::Tensor objectness, anchor_boxes, classes, region_boxes;
};
DetectionLosses detection_losses(const Outputs& outputs, const std::vector<ImageObjects>& images, const DetectorOptions& options,
                                 uint64_t seed);

/// The classes of the head's regions, from 1 on, 0: background, -1: left out.
at::Tensor region_labels(const at::Tensor& regions, const std::vector<ImageObjects>& images, const RegionSampling& sampling);

}  // namespace tnn
