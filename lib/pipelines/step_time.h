#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>

#include "network/input_batch.h"
#include "network/network.h"
#include "training/training_data.h"

namespace tnn {

/// How many training steps to time, after some that do not count: they start threads and fill caches.
struct StepCounts {
  int warm_up = 1, timed = 4;
};

/// Steps of an epoch of training.
inline int64_t steps_of(const TrainingData& data, int64_t batch_size) {
  return std::max<int64_t>(1, static_cast<int64_t>(data.train.size()) / batch_size);
}

/// Of the steps that were timed: fewer than asked for where an epoch has fewer batches.
struct StepTime {
  int steps = 0;
  double seconds = 0;  ///< the mean of a step with its loading of images; 0 where none was timed
};

/// Loads training batches as an epoch would and calls `step` with each and its number: below 0 in the warm-up.
StepTime measure_steps(const Network& network, const TrainingData& data, int64_t batch_size, StepCounts counts,
                       const std::function<void(const InputBatch& batch, int number)>& step);

}  // namespace tnn
