#pragma once

#include <string>

#include "report/utilization_curve.h"

namespace tnn {

/// A curve as one picture: accuracy against utilization with its Wilson band, below it MACs against utilization, and latency where
/// measured.
std::string curve_svg(const UtilizationCurve& curve);

}  // namespace tnn
