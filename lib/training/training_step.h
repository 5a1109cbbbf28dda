#pragma once

#include "network/input_batch.h"
#include "training/datapath_options.h"

namespace tnn {

/// The loss of one step, and where it is not finite the u at which that showed.
struct StepLoss {
  double loss = 0;
  int64_t correct = 0;  ///< right answers among the samples of the step's passes
  int64_t seen = 0;
  bool finite = true;
  double failed_u = 0;
};

/// Runs the passes of one step forward and backward, so that parameters hold the gradient of the step's mean loss. Randomness from
/// (seed, global step) alone. Stops at the first loss that is not finite.
StepLoss accumulate_gradients(const Network& network, const InputBatch& batch, const DatapathOptions& options, int64_t epoch,
                              int64_t global_step);

}  // namespace tnn
