#pragma once

#include "runtime/kernels/kernel_set.h"
#include "runtime/prefix/numbering.h"
#include "runtime/prefix/tuning.h"

namespace tnn::prefix {

/// [operating point][step] of the plan: what each way to compute a step takes.
using StepTimes = std::vector<std::vector<StepTuning>>;

/// As measured, or else as estimated, in cycles: of convolutions that have more than one way, and, as `wide`, of batch norms that planes
/// would spare; 0 for what the estimates leave out.
StepTimes times_of_steps(const Plan& plan, const PlanarRegions& regions, const std::vector<kernels::ImageLayout>& numbering,
                         const kernels::KernelSet& set, const Tuning& tuning);

}  // namespace tnn::prefix
