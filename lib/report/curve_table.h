#pragma once

#include "core/table.h"
#include "report/utilization_curve.h"

namespace tnn {

/// A curve as a command prints it, a row a point: u, top1_percent with its 95 % interval, top5_percent, loss, mmacs, mflops, parameters,
/// activation_kib, and latency_ms where some point has one. A cell is empty where its number is not finite or was not measured.
/// `fractions`: top1 and top5 as shares of 1, unrounded, too; for programs that read it.
Table curve_table(const UtilizationCurve& curve, bool fractions = false);

}  // namespace tnn
