#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "report/utilization_curve.h"

namespace tnn {

/// A number of one of a point's metrics: the value or an end of its interval.
struct MetricField {
  size_t metric;
  double MetricValue::*member;
};

/// One scalar of a curve point, declared once for CSV, JSON and HDF5: the name there, the unit ("1" where it has none), and what it means.
struct CurveColumn {
  std::string name, unit, description;
  std::variant<double CurvePoint::*, int64_t CurvePoint::*, MetricField> field;
  bool optional = false;  ///< a negative value says "not measured"

  bool is_integer() const { return std::holds_alternative<int64_t CurvePoint::*>(field); }
  /// The number itself, of a column that is_integer() or is not.
  int64_t& integer(CurvePoint& point) const { return point.*std::get<int64_t CurvePoint::*>(field); }
  int64_t integer(const CurvePoint& point) const { return point.*std::get<int64_t CurvePoint::*>(field); }
  double& real(CurvePoint& point) const;
  double real(const CurvePoint& point) const;
  /// Empty where the column is optional and the point was not measured.
  std::optional<double> value(const CurvePoint& point) const;
  /// As the shortest text that reads back as the same number; "" where not measured, "nan" where it is not a number.
  std::string text(const CurvePoint& point) const;
};

/// All scalar columns, in the order of the files: u, the metrics with their intervals, what the point costs.
std::vector<CurveColumn> curve_columns(const UtilizationCurve& curve);

/// Whether some point has it; true for columns that are not optional.
bool is_measured(const CurveColumn& column, const UtilizationCurve& curve);

/// Whether some point has a latency.
bool has_latency(const UtilizationCurve& curve);

/// The number of classes: of the names, or of the point that counts most.
size_t class_count(const UtilizationCurve& curve);

/// The name of a class, or "class 7" where the curve does not name it.
std::string class_name(const UtilizationCurve& curve, size_t index);

/// The headline metric of a class; NaN where the class was not seen at this point.
double class_value(const CurvePoint& point, size_t index);

/// Names of the gates of all points, each once, in the order of their first appearance.
std::vector<std::string> gate_names(const UtilizationCurve& curve);

/// The groups of a gate at a point, or "" where the point has no such gate.
std::string gate_groups(const CurvePoint& point, const std::string& gate);

/// Active groups over groups of a pattern such as "1100"; NaN for "".
double active_share(const std::string& groups);

/// The point with the largest (smallest) u; nullptr where there is none.
const CurvePoint* largest_point(const UtilizationCurve& curve);
const CurvePoint* smallest_point(const UtilizationCurve& curve);

}  // namespace tnn
