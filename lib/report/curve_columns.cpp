#include "report/curve_columns.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

namespace tnn {
namespace {

const CurveColumn kColumns[] = {
    {"u", "1", "utilization in (0, 1] that was asked for", &CurvePoint::u},
    {"top1", "1", "fraction of images whose most likely class is right", &CurvePoint::top1},
    {"top1_low", "1", "lower end of the Wilson 95 % interval of top1", &CurvePoint::top1_low},
    {"top1_high", "1", "upper end of the Wilson 95 % interval of top1", &CurvePoint::top1_high},
    {"top5", "1", "fraction of images whose class is among the five most likely", &CurvePoint::top5},
    {"top5_low", "1", "lower end of the Wilson 95 % interval of top5", &CurvePoint::top5_low},
    {"top5_high", "1", "upper end of the Wilson 95 % interval of top5", &CurvePoint::top5_high},
    {"loss", "nat", "mean cross-entropy", &CurvePoint::loss},
    {"macs", "1", "multiply-accumulates for one input, active channels only", &CurvePoint::macs},
    {"flops", "1", "floating-point operations for one input, by the counting of DTNN A.1", &CurvePoint::flops},
    {"parameters", "1", "active parameters", &CurvePoint::parameters},
    {"activation_bytes", "byte", "peak activation memory for one input, fp32", &CurvePoint::activation_bytes},
    {"images", "1", "images evaluated", &CurvePoint::images},
    {"latency_ms", "ms", "median time of one batch-1 inference", &CurvePoint::latency_ms, true},
    {"latency_low_ms", "ms", "5th percentile of the time of one batch-1 inference", &CurvePoint::latency_low_ms, true},
    {"latency_high_ms", "ms", "95th percentile of the time of one batch-1 inference", &CurvePoint::latency_high_ms, true},
    {"fp32_top1", "1", "top1 of the same engine in fp32, where it was swept in less", &CurvePoint::fp32_top1, true},
};

bool rises(const CurvePoint& a, const CurvePoint& b) { return a.u < b.u; }

}  // namespace

std::optional<double> CurveColumn::value(const CurvePoint& point) const {
  const double number = std::visit([&](auto pointer) { return static_cast<double>(point.*pointer); }, member);
  if (optional && number < 0) return std::nullopt;
  return number;
}

std::string CurveColumn::text(const CurvePoint& point) const {
  if (!value(point)) return "";
  return std::visit([&](auto pointer) { return fmt::format("{}", point.*pointer); }, member);
}

std::span<const CurveColumn> curve_columns() { return kColumns; }

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

double class_accuracy(const CurvePoint& point, size_t index) {
  if (index >= point.classes.size() || point.classes[index].count <= 0) return std::numeric_limits<double>::quiet_NaN();
  return static_cast<double>(point.classes[index].correct) / static_cast<double>(point.classes[index].count);
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
