#pragma once

#include <cstdint>

#include "training/learning_rate.h"
#include "training/optimizer.h"

namespace tnn {

/// What every training says of its loop over epochs.
struct LoopSettings {
  int64_t epochs = 10;
  int64_t batch_size = 128;
  OptimizerOptions optimizer;
  ScheduleOptions schedule;
  uint64_t seed = 1;
  int64_t checkpoint_steps = 0;  ///< 0: each epoch only
  int64_t log_steps = 50;
  bool sync_batch_norm = false;  ///< of several processes: batch norm takes its statistics over all of a batch
};

}  // namespace tnn
