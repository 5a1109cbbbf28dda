#pragma once

#include <string>

#include "report/utilization_curve.h"

namespace tnn {

/// Parts of report.html, each "" where the curve has nothing for it.
std::string headline_section(const UtilizationCurve& curve);
std::string charts_section(const UtilizationCurve& curve);
/// Rules that choose u for each input, compared on the same samples.
std::string controllers_section(const UtilizationCurve& curve);
std::string gates_section(const UtilizationCurve& curve);
/// A heat map of the share of groups that each gate opens (DTNN Fig. 11), where gates differ from a uniform utilization.
std::string gate_shares_section(const UtilizationCurve& curve);
std::string classes_section(const UtilizationCurve& curve);
/// What a detector found in some images, at some utilizations.
std::string examples_section(const UtilizationCurve& curve);
std::string points_section(const UtilizationCurve& curve);
std::string training_section(const UtilizationCurve& curve);
std::string origin_section(const UtilizationCurve& curve);

}  // namespace tnn
