#pragma once

#include <cstdint>
#include <vector>

#include "training/loop_settings.h"
#include "training/utilization_prior.h"

namespace tnn {

/// How the best checkpoint is chosen on the validation split.
enum class BestCriterion { mean_accuracy, accuracy_at_u, last };

/// The recipe's `training` section as the data-path trainer takes it.
struct DatapathOptions : LoopSettings {
  PriorOptions prior;
  bool masked = false;   ///< masked execution instead of sliced
  double clip_norm = 0;  ///< 0: off
  int64_t recalibration_images = 2000;
  int64_t validate_epochs = 1;
  std::vector<double> validation_u;
  BestCriterion best = BestCriterion::mean_accuracy;
  double best_u = 1;
  int64_t evaluation_batch = 500;
};

}  // namespace tnn
