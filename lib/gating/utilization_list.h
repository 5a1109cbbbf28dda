#pragma once

#include <string>
#include <vector>

#include "gating/gating_strategy.h"

namespace tnn {

/// The utilizations that "distinct" (every operating point once), "start:end:step", or "a,b,c" names, rising and without duplicates;
/// UsageError where the text is none of these or a value is outside (0, 1].
std::vector<double> parse_utilizations(const std::string& text, const std::vector<OperatingPoint>& points);

}  // namespace tnn
