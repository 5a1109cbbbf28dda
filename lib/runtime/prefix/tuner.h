#pragma once

#include "runtime/prefix/model_parts.h"

namespace tnn::prefix {

/// Measures every step at every operating point in each way there is to compute it, as part of whole runs of `context.batch_limit` inputs
/// by `context.threads` threads. The result has no points where a plan that goes by the times is not faster, over all points, than one that
/// goes by the estimates. The weights are packed up to six times, one after another (at the end two at a time), and each packing runs every
/// point some times; DataError where a run needs more than `context.memory_limit_bytes`.
Tuning measure_steps(const std::shared_ptr<const LoweredModel>& model, const kernels::KernelSet& set, Precision precision,
                     const ContextOptions& context);

}  // namespace tnn::prefix
