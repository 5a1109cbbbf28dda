#pragma once

#include "runtime/prefix/layer_weights.h"
#include "runtime/prefix/step_times.h"

namespace tnn::prefix {

/// Which 3x3 layers are computed by minimal filtering (kernels/winograd.h), and at which operating points: where it is estimated, or
/// was measured, to be faster, as long as all packed weights and tables (`table_numbers` of these) are few beside the numbers in the
/// model's file; layers that save most time a byte come first. Of their weights as they are, only those are kept that some point computes
/// with. Layers that get no memory are filtered where that is faster although their filters are transformed each time. Forms of each step
/// of the plan.
std::vector<WeightForms> choose_winograd(const LoweredModel& model, const PlanarRegions& regions,
                                         const std::vector<kernels::ImageLayout>& numbering, const StepTimes& times, const Tuning& tuning,
                                         int64_t table_numbers);

}  // namespace tnn::prefix
