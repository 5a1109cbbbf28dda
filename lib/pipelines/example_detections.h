#pragma once

#include <vector>

#include "data/loader.h"
#include "evaluation/sweep.h"
#include "report/utilization_curve.h"

namespace tnn {

/// What a detector finds in six images of a test set, evenly spread, at the smallest, the middle and the largest utilization of a sweep:
/// for the report. Damaged images are left out. `loading`: as of the sweep.
std::vector<ExampleImage> example_detections(const Network& network, const Predictor& predict, const std::vector<SweepPoint>& swept,
                                             const std::shared_ptr<const ImageSet>& images, LoaderOptions loading);

}  // namespace tnn
