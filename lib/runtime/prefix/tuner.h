#pragma once

#include "runtime/prefix/model_parts.h"

namespace tnn::prefix {

/// Measures every step at every operating point in each way there is to compute it, as part of whole runs of `context.batch_limit` inputs
/// by `context.threads` threads. A point that is not faster by what was measured goes by the estimates. Takes six packings of the weights,
/// one after another, and with each some runs of every point.
Tuning measure_steps(const std::shared_ptr<const LoweredModel>& model, const kernels::KernelSet& set, Precision precision,
                     const ContextOptions& context);

}  // namespace tnn::prefix
