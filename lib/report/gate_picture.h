#pragma once

#include <string>

#include "report/utilization_curve.h"

namespace tnn {

/// Which groups are active: a row a gate, a column an operating point, in each cell the gate's groups from the lowest (bottom) to the
/// highest, active ones filled. An <svg> element for a page that has report_style(); "" where no point has gates.
std::string gate_picture(const UtilizationCurve& curve);

}  // namespace tnn
