#include "report/curve_charts.h"

#include <fmt/format.h>

#include <algorithm>

#include "report/curve_columns.h"
#include "report/quantity.h"

namespace tnn {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

std::string accuracy_note(const CurvePoint& point) {
  std::string note = fmt::format("u = {}: top-1 {} ({}), {}MACs", rounded_text(point.u), percent_text(point.top1),
                                 percent_interval_text(point.top1_low, point.top1_high), quantity_text(static_cast<double>(point.macs)));
  if (point.latency_ms >= 0) note += fmt::format(", {} ms", rounded_text(point.latency_ms));
  return note;
}

ChartPoint accuracy_point(const CurvePoint& point, double x) {
  return {x, 100 * point.top1, 100 * point.top1_low, 100 * point.top1_high, accuracy_note(point)};
}

/// Writes u beside the first and the last point.
void label_ends(const UtilizationCurve& curve, ChartSeries& series) {
  if (series.points.empty()) return;
  series.points.front().label = "u = " + rounded_text(curve.points.front().u);
  series.points.back().label = "u = " + rounded_text(curve.points.back().u);
}

double unless_unmeasured(double value) { return value < 0 ? kNaN : value; }

Prefix macs_prefix(const UtilizationCurve& curve) {
  int64_t largest = 0;
  for (const auto& point : curve.points) largest = std::max(largest, point.macs);
  return prefix_for(static_cast<double>(largest));
}

}  // namespace

Chart accuracy_against_utilization(const UtilizationCurve& curve) {
  Chart chart{"Accuracy against utilization", "utilization u", "top-1 accuracy, % (band: Wilson 95 % interval)", {{}}, 0.0, 1.0};
  for (const auto& point : curve.points) chart.series[0].points.push_back(accuracy_point(point, point.u));
  return chart;
}

Chart macs_against_utilization(const UtilizationCurve& curve) {
  const Prefix prefix = macs_prefix(curve);
  Chart chart{"Computation against utilization", "utilization u", fmt::format("{}MACs for one input", prefix.symbol), {{}}, 0.0, 1.0, true};
  for (const auto& point : curve.points)
    chart.series[0].points.push_back({point.u, static_cast<double>(point.macs) / prefix.factor, kNaN, kNaN, accuracy_note(point)});
  return chart;
}

Chart latency_against_utilization(const UtilizationCurve& curve) {
  Chart chart{"Latency against utilization", "utilization u", "ms, median (band: 5th to 95th percentile)", {{}}, 0.0, 1.0, true};
  for (const auto& point : curve.points)
    chart.series[0].points.push_back({point.u, unless_unmeasured(point.latency_ms), unless_unmeasured(point.latency_low_ms),
                                      unless_unmeasured(point.latency_high_ms), accuracy_note(point)});
  return chart;
}

Chart accuracy_against_macs(const UtilizationCurve& curve) {
  const Prefix prefix = macs_prefix(curve);
  Chart chart{"Accuracy against computation", fmt::format("{}MACs for one input", prefix.symbol), "top-1 accuracy, %", {{}}, 0.0};
  for (const auto& point : curve.points)
    chart.series[0].points.push_back(accuracy_point(point, static_cast<double>(point.macs) / prefix.factor));
  label_ends(curve, chart.series[0]);
  return chart;
}

Chart accuracy_against_latency(const UtilizationCurve& curve) {
  Chart chart{"Accuracy against latency", "ms, median of one batch-1 inference", "top-1 accuracy, %", {{}}, 0.0};
  for (const auto& point : curve.points) chart.series[0].points.push_back(accuracy_point(point, unless_unmeasured(point.latency_ms)));
  label_ends(curve, chart.series[0]);
  return chart;
}

Chart training_loss_chart(const UtilizationCurve& curve) {
  Chart chart{"Training loss", "epoch", "mean over the epoch", {{}}};
  for (const auto& epoch : curve.epochs)
    chart.series[0].points.push_back({epoch.epoch, epoch.training_loss, kNaN, kNaN,
                                      fmt::format("epoch {}: loss {}, learning rate {}", rounded_text(epoch.epoch),
                                                  rounded_text(epoch.training_loss), rounded_text(epoch.learning_rate))});
  return chart;
}

Chart validation_accuracy_chart(const UtilizationCurve& curve) {
  Chart chart{"Validation accuracy", "epoch", "% of held-out images", {{}}};
  for (const auto& epoch : curve.epochs) {
    if (epoch.validation_accuracy < 0) continue;  // not evaluated: the line goes on to the next epoch that was
    chart.series[0].points.push_back({epoch.epoch, 100 * epoch.validation_accuracy, kNaN, kNaN,
                                      fmt::format("epoch {}: {}", rounded_text(epoch.epoch), percent_text(epoch.validation_accuracy))});
  }
  return chart;
}

}  // namespace tnn
