#pragma once

#include "tasks/metric.h"

namespace tnn {

/// What one training step gave, and where its loss is not finite the u at which that showed.
struct StepResult {
  double loss = 0;
  MetricSum metric;  ///< of the samples of the step's passes
  bool finite = true;
  double failed_u = 0;
};

}  // namespace tnn
