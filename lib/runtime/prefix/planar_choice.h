#pragma once

#include "runtime/prefix/step_times.h"

namespace tnn::prefix {

/// Which regions can be planar at a point, and are faster so by the times of their steps, where `filtered` says of each step whether it
/// would else be computed by minimal filtering.
std::vector<bool> where_planes_pay(const Plan& plan, const PlanarRegions& regions, const StepTimes& times, int point,
                                   const std::vector<bool>& filtered);

}  // namespace tnn::prefix
