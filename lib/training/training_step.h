#pragma once

#include "network/network.h"
#include "tasks/task.h"
#include "training/datapath_options.h"
#include "training/step_result.h"
#include "training/step_share.h"

namespace tnn {

/// Runs the passes of one step forward and backward, so that parameters hold the gradient of the step's mean loss; of several processes,
/// each with its share of the batch, their parts of it, which are to be added up. Randomness from (seed, global step) alone, in every
/// process the same; dropout and the sampling of regions are drawn for each process anew. A process that is alone stops at the first loss
/// that is not finite.
StepResult accumulate_gradients(const Network& network, const Task& task, const InputBatch& batch, const DatapathOptions& options,
                                int64_t epoch, int64_t global_step, const StepShare& share);

}  // namespace tnn
