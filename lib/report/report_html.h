#pragma once

#include <string>

#include "report/utilization_curve.h"

namespace tnn {

/// A curve as one HTML page that needs no other file and no network: headline figures, charts, the gate picture, accuracy by class, the
/// table of points, training, and how to repeat it. All text is escaped; light and dark; narrow screens; print.
std::string report_html(const UtilizationCurve& curve);

}  // namespace tnn
