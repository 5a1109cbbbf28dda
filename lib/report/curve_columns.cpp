#include "report/curve_columns.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace tnn {
namespace {

bool rises(const CurvePoint& a, const CurvePoint& b) { return a.u < b.u; }

void add_metric(std::vector<CurveColumn>& columns, const Metric& metric, size_t index) {
  columns.push_back({metric.name, metric.unit, metric.description, MetricField{index, &MetricValue::value}});
  if (metric.interval.empty()) return;
  const auto end = [&](const char* suffix, const char* which, double MetricValue::*member) {
    columns.push_back({metric.name + suffix, metric.unit,
                       fmt::format("{} end of the {} 95 % interval of {}", which, metric.interval, metric.name),
                       MetricField{index, member}});
  };
  end("_low", "lower", &MetricValue::low);
  end("_high", "upper", &MetricValue::high);
}

}  // namespace

std::vector<CurveColumn> curve_columns(const UtilizationCurve& curve) {
  std::vector<CurveColumn> columns{{"u", "1", "utilization in (0, 1] that was asked for", &CurvePoint::u}};
  for (size_t i = 0; i < curve.metrics.size(); ++i) add_metric(columns, curve.metrics[i], i);
  const CurveColumn costs[] = {
      {"macs", "1", "multiply-accumulates for one input, active channels only", &CurvePoint::macs},
      {"flops", "1", "floating-point operations for one input, by the counting of DTNN A.1", &CurvePoint::flops},
      {"parameters", "1", "active parameters", &CurvePoint::parameters},
      {"activation_bytes", "byte", "peak activation memory for one input, fp32", &CurvePoint::activation_bytes},
      {"images", "1", "images evaluated", &CurvePoint::images},
      {"latency_ms", "ms", "median time of one batch-1 inference", &CurvePoint::latency_ms, true},
      {"latency_low_ms", "ms", "5th percentile of the time of one batch-1 inference", &CurvePoint::latency_low_ms, true},
      {"latency_high_ms", "ms", "95th percentile of the time of one batch-1 inference", &CurvePoint::latency_high_ms, true}};
  columns.insert(columns.end(), std::begin(costs), std::end(costs));
  if (!curve.metrics.empty()) {
    const Metric& headline = curve.headline();
    columns.push_back({"fp32_" + headline.name, headline.unit, headline.name + " of the same engine in fp32, where it was swept in less",
                       &CurvePoint::fp32_headline, true});
  }
  return columns;
}

double& CurveColumn::real(CurvePoint& point) const {
  if (const auto* metric = std::get_if<MetricField>(&field)) return point.metrics.at(metric->metric).*metric->member;
  return point.*std::get<double CurvePoint::*>(field);
}

double CurveColumn::real(const CurvePoint& point) const {
  if (const auto* metric = std::get_if<MetricField>(&field)) return point.metrics.at(metric->metric).*metric->member;
  return point.*std::get<double CurvePoint::*>(field);
}

std::optional<double> CurveColumn::value(const CurvePoint& point) const {
  const double number = is_integer() ? static_cast<double>(integer(point)) : real(point);
  if (optional && number < 0) return std::nullopt;
  return number;
}

std::string CurveColumn::text(const CurvePoint& point) const {
  if (!value(point)) return "";
  return is_integer() ? fmt::format("{}", integer(point)) : fmt::format("{}", real(point));
}

bool is_measured(const CurveColumn& column, const UtilizationCurve& curve) {
  if (!column.optional) return true;
  return std::ranges::any_of(curve.points, [&](const CurvePoint& point) { return column.value(point).has_value(); });
}

bool has_latency(const UtilizationCurve& curve) {
  return std::ranges::any_of(curve.points, [](const CurvePoint& point) { return point.latency_ms >= 0; });
}

size_t class_count(const UtilizationCurve& curve) {
  size_t count = curve.class_names.size();
  for (const auto& point : curve.points) count = std::max(count, point.classes.size());
  return count;
}

std::string class_name(const UtilizationCurve& curve, size_t index) {
  return index < curve.class_names.size() ? curve.class_names[index] : fmt::format("class {}", index);
}

double class_value(const CurvePoint& point, size_t index) {
  return index < point.classes.size() ? point.classes[index].value : MetricValue::kNone;
}

std::vector<std::string> gate_names(const UtilizationCurve& curve) {
  std::vector<std::string> names;
  for (const auto& point : curve.points)
    for (const auto& activity : point.gates)
      if (std::ranges::find(names, activity.gate) == names.end()) names.push_back(activity.gate);
  return names;
}

std::string gate_groups(const CurvePoint& point, const std::string& gate) {
  const auto found = std::ranges::find(point.gates, gate, &GateActivity::gate);
  return found == point.gates.end() ? "" : found->groups;
}

double active_share(const std::string& groups) {
  return static_cast<double>(std::ranges::count(groups, '1')) / static_cast<double>(groups.size());
}

const CurvePoint* largest_point(const UtilizationCurve& curve) {
  const auto found = std::ranges::max_element(curve.points, rises);
  return found == curve.points.end() ? nullptr : &*found;
}

const CurvePoint* smallest_point(const UtilizationCurve& curve) {
  const auto found = std::ranges::min_element(curve.points, rises);
  return found == curve.points.end() ? nullptr : &*found;
}

}  // namespace tnn
