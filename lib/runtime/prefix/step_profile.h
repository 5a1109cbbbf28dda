#pragma once

#include "runtime/engine.h"

namespace tnn::prefix {

/// Time of one kernel step of a program for a whole batch.
struct StepTime {
  std::string name;    ///< of the plan's step; "output" for the last
  std::string kernel;  ///< how it is computed
  double microseconds = 0;
  int64_t macs = 0;  ///< for the batch; 0 for steps that prepare or finish another
};

/// Runs an operating point `repeats` times, `context.batch_limit` inputs by `context.threads` threads, and returns the least time of each
/// step.
std::vector<StepTime> profile_steps(const std::shared_ptr<const LoweredModel>& model, const EngineOptions& options,
                                    const ContextOptions& context, int point, int repeats);

}  // namespace tnn::prefix
