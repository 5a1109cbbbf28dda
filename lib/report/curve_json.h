#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "report/utilization_curve.h"

namespace tnn {

/// A curve as JSON, all of it: `name`, `dataset`, ..., `points` (the columns of curve_columns(), `classes`, `gates`) and `epochs`.
/// What is not a finite number is null; a latency or validation accuracy that was not measured is absent. Bytes that are no UTF-8 become
/// U+FFFD.
std::string curve_json(const UtilizationCurve& curve);

/// The curve that curve_json wrote; null reads as NaN. DataError where the text is no JSON, a key is missing or of another type, or a value
/// is outside its range; it names the place, e.g. "points[3].top1". Keys it does not know are passed over.
UtilizationCurve parse_curve_json(std::string_view text, const std::string& source = "curve");

/// The same of a file.
UtilizationCurve read_curve_json(const std::filesystem::path& path);

}  // namespace tnn
