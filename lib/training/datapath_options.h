#pragma once

#include <cstdint>
#include <vector>

#include "training/learning_rate.h"
#include "training/optimizer.h"
#include "training/utilization_prior.h"

namespace tnn {

/// How the best checkpoint is chosen on the validation split.
enum class BestCriterion { mean_accuracy, accuracy_at_u, last };

/// The recipe's `training` section as the data-path trainer takes it.
struct DatapathOptions {
  int64_t epochs = 10;
  int64_t batch_size = 128;
  OptimizerOptions optimizer;
  ScheduleOptions schedule;
  PriorOptions prior;
  bool masked = false;   ///< masked execution instead of sliced
  double clip_norm = 0;  ///< 0: off
  int64_t recalibration_images = 2000;
  uint64_t seed = 1;
  int64_t checkpoint_steps = 0;  ///< 0: each epoch only
  int64_t log_steps = 50;
  int64_t validate_epochs = 1;
  std::vector<double> validation_u;
  BestCriterion best = BestCriterion::mean_accuracy;
  double best_u = 1;
  int64_t evaluation_batch = 500;
};

}  // namespace tnn
