#pragma once

#include <string>

#include "report/utilization_curve.h"

namespace tnn {

/// Parts of report.html, each "" where the curve has nothing for it.
std::string headline_section(const UtilizationCurve& curve);
std::string charts_section(const UtilizationCurve& curve);
std::string gates_section(const UtilizationCurve& curve);
std::string classes_section(const UtilizationCurve& curve);
std::string points_section(const UtilizationCurve& curve);
std::string training_section(const UtilizationCurve& curve);
std::string origin_section(const UtilizationCurve& curve);

}  // namespace tnn
