#include "report/curve_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "report/curve_columns.h"

namespace tnn {
namespace {

/// How numbers are written: rounded for people, or with the shortest digits that read back as the same number for programs. Empty where
/// they are not finite.
class Digits {
 public:
  explicit Digits(bool exact) : exact_(exact) {}
  std::string fixed(double value, int decimals) const {
    if (!std::isfinite(value)) return "";
    return exact_ ? fmt::format("{}", value) : fmt::format("{:.{}f}", value, decimals);
  }

 private:
  bool exact_;
};

std::string interval(const MetricValue& value) {
  return std::isfinite(value.low) && std::isfinite(value.high) ? fmt::format("{:.2f}-{:.2f}", 100 * value.low, 100 * value.high) : "";
}

/// A table that grows by columns.
class Columns {
 public:
  explicit Columns(const UtilizationCurve& curve) : curve_(curve) { table_.rows.resize(curve.points.size()); }

  template <typename Cell>
  void add(const std::string& name, const Cell& cell, bool numeric = true) {
    table_.columns.push_back(name);
    table_.numeric.push_back(numeric);
    for (size_t i = 0; i < curve_.points.size(); ++i) table_.rows[i].push_back(cell(curve_.points[i]));
  }
  Table take() { return std::move(table_); }

 private:
  const UtilizationCurve& curve_;
  Table table_;
};

void add_metrics(Columns& columns, const UtilizationCurve& curve, const Digits& digits) {
  for (size_t i = 0; i < curve.metrics.size(); ++i) {
    const Metric& metric = curve.metrics[i];
    if (metric.fraction)
      columns.add(metric.name + "_percent", [&](const CurvePoint& point) { return digits.fixed(100 * point.metrics[i].value, 2); });
    else
      columns.add(metric.name, [&](const CurvePoint& point) { return digits.fixed(point.metrics[i].value, 4); });
    if (i == 0 && !metric.interval.empty())
      columns.add(
          "interval_95", [](const CurvePoint& point) { return interval(point.headline()); }, false);
  }
}

}  // namespace

Table curve_table(const UtilizationCurve& curve, bool for_programs) {
  const Digits digits(for_programs);
  Columns columns(curve);
  columns.add("u", [](const CurvePoint& point) { return fmt::format("{}", point.u); });
  add_metrics(columns, curve, digits);
  columns.add("mmacs", [&](const CurvePoint& point) { return digits.fixed(static_cast<double>(point.macs) / 1e6, 3); });
  columns.add("mflops", [&](const CurvePoint& point) { return digits.fixed(static_cast<double>(point.flops) / 1e6, 3); });
  columns.add("parameters", [](const CurvePoint& point) { return std::to_string(point.parameters); });
  columns.add("activation_kib",
              [&](const CurvePoint& point) { return digits.fixed(static_cast<double>(point.activation_bytes) / 1024, 1); });
  if (std::any_of(curve.points.begin(), curve.points.end(), [](const CurvePoint& point) { return point.fp32_headline >= 0; }))
    columns.add("change_to_fp32", [&](const CurvePoint& point) {
      return point.fp32_headline >= 0 ? digits.fixed(100 * (point.headline().value - point.fp32_headline), 2) : "";
    });
  if (has_latency(curve))
    columns.add("latency_ms", [&](const CurvePoint& point) { return point.latency_ms >= 0 ? digits.fixed(point.latency_ms, 3) : ""; });
  if (for_programs)
    for (size_t i = 0; i < curve.metrics.size(); ++i)
      if (curve.metrics[i].fraction)
        columns.add(curve.metrics[i].name, [&](const CurvePoint& point) {
          const double value = point.metrics[i].value;
          return std::isfinite(value) ? fmt::format("{}", value) : "";
        });
  return columns.take();
}

}  // namespace tnn
