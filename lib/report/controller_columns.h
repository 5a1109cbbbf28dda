#pragma once

#include <optional>
#include <span>
#include <string>

#include "report/utilization_curve.h"

namespace tnn {

/// One number of a curve's controllers, declared once for CSV and HDF5: the name there, the unit ("1" where it has none), and what it
/// means.
struct ControllerColumn {
  const char *name, *unit, *description;
  double ControllerRow::*field;
  bool optional = false;  ///< a negative value says "not measured"

  /// Empty where the column is optional and the row was not measured.
  std::optional<double> value(const ControllerRow& row) const;
};

/// All numbers, in the order of the files; before them comes the name.
std::span<const ControllerColumn> controller_columns();

/// The controllers of a curve as CSV: a header, then one line a controller, `name` and the columns. Accuracies are fractions; a latency
/// that was not measured is an empty field. Lines end with "\n", numbers read back exactly.
std::string controllers_csv(const UtilizationCurve& curve);
/// Whether a text begins as controllers_csv() does.
bool is_controllers_csv(const std::string& text);

}  // namespace tnn
