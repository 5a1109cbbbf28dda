#pragma once

#include "network/network.h"
#include "tasks/task.h"
#include "training/datapath_options.h"
#include "training/step_result.h"

namespace tnn {

/// Runs the passes of one step forward and backward, so that parameters hold the gradient of the step's mean loss. Randomness from
/// (seed, global step) alone. Stops at the first loss that is not finite.
StepResult accumulate_gradients(const Network& network, const Task& task, const InputBatch& batch, const DatapathOptions& options,
                                int64_t epoch, int64_t global_step);

}  // namespace tnn
