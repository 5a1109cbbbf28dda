#pragma once

#include "runtime/kernels/kernel_set.h"
#include "runtime/prefix/layer_weights.h"
#include "runtime/prefix/numbering.h"
#include "runtime/prefix/tuning.h"

namespace tnn::prefix {

/// Which 3x3 layers are computed by minimal filtering (kernels/winograd.h), and at which operating points: where it is estimated, or
/// was measured, to be faster, as long as the transformed weights of all such layers add little to the model's weights; those that save
/// most time a byte come first. A layer that no point computes directly keeps its transformed weights alone. Forms of each step of the
/// plan.
std::vector<WeightForms> choose_winograd(const Plan& plan, const PlanarRegions& regions, const std::vector<kernels::ImageLayout>& numbering,
                                         const kernels::KernelSet& set, const Tuning& tuning);

}  // namespace tnn::prefix
