#pragma once

#include "report/utilization_curve.h"

/// A curve such as a sweep of a small VGG with D = `points` groups gives: accuracy saturates, MACs are quadratic in u.
tnn::UtilizationCurve sample_curve(int points = 16, bool latency = true);

/// The same with three rules that choose among two actions; `latency`: of all but the last.
tnn::UtilizationCurve sample_curve_with_controllers(bool latency = true);

/// Text that breaks out of careless markup, JSON and CSV.
inline const std::string kHostile = "</style><script>alert(\"1\")</script>&amp;'\",\x01\xFF\n";
