#pragma once

#include "runtime/kernels/kernel_set.h"
#include "runtime/prefix/numbering.h"
#include "runtime/prefix/tuning.h"

namespace tnn::prefix {

/// Which regions can be planar at a point, and are estimated, or were measured, to be faster so, where `filtered` says of each step whether
/// it would else be computed by minimal filtering.
std::vector<bool> where_planes_pay(const Plan& plan, const PlanarRegions& regions, const std::vector<kernels::ImageLayout>& numbering,
                                   const kernels::KernelSet& set, const Tuning& tuning, int point, const std::vector<bool>& filtered);

}  // namespace tnn::prefix
