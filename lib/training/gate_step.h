#pragma once

#include "network/gate_network.h"
#include "network/input_batch.h"
#include "training/gate_options.h"
#include "training/training_step.h"

namespace tnn {

/// The loss of one step of gate training (DTNN Eq. 4): task loss + lambda x complexity penalty, means over samples and draws.
struct GateLoss {
  StepResult step;        ///< the sum, and the task's metric
  double penalty = 0;     ///< mean C, without lambda
  double complexity = 0;  ///< mean c of the drawn gates
};

/// Draws a utilization for each image and gates for each utilization, and runs the step forward and backward, so that the gate network's
/// parameters hold the gradient of the mean loss: through relaxed gates (concrete) or by the score function (reinforce, forward only). The
/// data path gets no gradient. Randomness from (seed, global step) alone. Of several processes each has its share of the batch, of the
/// sums, and of the gradient.
GateLoss accumulate_gate_gradients(const Network& network, const GateNetwork& gates, const Task& task, const Complexity& complexity,
                                   const InputBatch& batch, const GateOptions& options, int64_t global_step, const StepShare& share);

}  // namespace tnn
