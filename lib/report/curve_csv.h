#pragma once

#include <string>

#include "report/utilization_curve.h"

namespace tnn {

/// A curve as CSV: a header, then one line a point, with the columns of curve_columns(). Accuracies are fractions; a latency that was not
/// measured is an empty field. Lines end with "\n", numbers read back exactly. Classes and gates are in the JSON and HDF5 forms.
std::string curve_csv(const UtilizationCurve& curve);

}  // namespace tnn
