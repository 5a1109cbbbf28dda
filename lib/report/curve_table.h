#pragma once

#include "core/table.h"
#include "report/utilization_curve.h"

namespace tnn {

/// A curve as a command prints it, a row a point: u, the metrics (fractions in per cent, the headline one with its 95 % interval), mmacs,
/// mflops, parameters, activation_kib, and latency_ms where some point has one. A cell is empty where its number is not finite or was not
/// measured. `for_programs`: with every digit that a number needs to read back the same, and fractions as shares of 1, too.
Table curve_table(const UtilizationCurve& curve, bool for_programs = false);

}  // namespace tnn
