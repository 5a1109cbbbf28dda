#pragma once

#include <string>

#include "report/report_pictures.h"
#include "report/utilization_curve.h"

namespace tnn {

/// A curve as one HTML page that needs no other file and no network: headline figures, charts, the gate picture, accuracy by class, the
/// table of points, `pictures` of what was measured while the model ran, training, and how to repeat it. All text is escaped; light and
/// dark; narrow screens; print.
std::string report_html(const UtilizationCurve& curve, const std::vector<ReportPicture>& pictures = {});

}  // namespace tnn
