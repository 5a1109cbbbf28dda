#pragma once

#include <cstdint>

#include "detection/coco_evaluation.h"
#include "detection/voc_evaluation.h"

namespace tnn {

/// From the 2.5th to the 97.5th percentile of a figure over samples of the images; -1 where no sample has objects.
struct BootstrapInterval {
  double low = -1, high = -1;
};

struct PrecisionIntervals {
  BootstrapInterval map, ap50;
};

/// The percentile bootstrap over images (Efron 1979): `samples` times as many images as there are, drawn with replacement, seeded. It says
/// how much a figure depends on which images happen to be in the set; a detector's training is not repeated. Samples without any object are
/// left out. UsageError below one sample.
PrecisionIntervals bootstrap_interval(const CocoEvaluation& evaluation, int samples, uint64_t seed);
BootstrapInterval bootstrap_interval(const VocEvaluation& evaluation, VocMetric metric, int samples, uint64_t seed);

}  // namespace tnn
