#include "report/curve_charts.h"

#include <fmt/format.h>

#include <algorithm>

#include "report/curve_columns.h"
#include "report/quantity.h"

namespace tnn {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

std::string point_note(const UtilizationCurve& curve, const CurvePoint& point) {
  std::string note =
      fmt::format("u = {}: {} {}", rounded_text(point.u), curve.headline().title, metric_text(curve.headline(), point.headline()));
  if (!curve.headline().interval.empty()) note += fmt::format(" ({})", interval_text(curve.headline(), point.headline()));
  note += fmt::format(", {}MACs", quantity_text(static_cast<double>(point.macs)));
  if (point.latency_ms >= 0) note += fmt::format(", {} ms", rounded_text(point.latency_ms));
  return note;
}

ChartPoint headline_point(const UtilizationCurve& curve, const CurvePoint& point, double x) {
  const double factor = curve.headline().fraction ? 100 : 1;
  const MetricValue& value = point.headline();
  return {x, factor * value.value, factor * value.low, factor * value.high, point_note(curve, point)};
}

/// "top-1 accuracy, %".
std::string headline_axis(const UtilizationCurve& curve) { return curve.headline().title + (curve.headline().fraction ? ", %" : ""); }

std::string against(const UtilizationCurve& curve, const char* what) { return capitalised(curve.headline().title) + " against " + what; }

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

Chart headline_against_utilization(const UtilizationCurve& curve) {
  const std::string band = curve.headline().interval.empty() ? "" : fmt::format(" (band: {} 95 % interval)", curve.headline().interval);
  Chart chart{against(curve, "utilization"), "utilization u", headline_axis(curve) + band, {{}}, 0.0, 1.0};
  for (const auto& point : curve.points) chart.series[0].points.push_back(headline_point(curve, point, point.u));
  return chart;
}

Chart macs_against_utilization(const UtilizationCurve& curve) {
  const Prefix prefix = macs_prefix(curve);
  Chart chart{"Computation against utilization", "utilization u", fmt::format("{}MACs for one input", prefix.symbol), {{}}, 0.0, 1.0, true};
  for (const auto& point : curve.points)
    chart.series[0].points.push_back({point.u, static_cast<double>(point.macs) / prefix.factor, kNaN, kNaN, point_note(curve, point)});
  return chart;
}

Chart latency_against_utilization(const UtilizationCurve& curve) {
  Chart chart{"Latency against utilization", "utilization u", "ms, median (band: 5th to 95th percentile)", {{}}, 0.0, 1.0, true};
  for (const auto& point : curve.points)
    chart.series[0].points.push_back({point.u, unless_unmeasured(point.latency_ms), unless_unmeasured(point.latency_low_ms),
                                      unless_unmeasured(point.latency_high_ms), point_note(curve, point)});
  return chart;
}

Chart headline_against_macs(const UtilizationCurve& curve) {
  const Prefix prefix = macs_prefix(curve);
  Chart chart{against(curve, "computation"), fmt::format("{}MACs for one input", prefix.symbol), headline_axis(curve), {{}}, 0.0};
  for (const auto& point : curve.points)
    chart.series[0].points.push_back(headline_point(curve, point, static_cast<double>(point.macs) / prefix.factor));
  label_ends(curve, chart.series[0]);
  return chart;
}

Chart headline_against_latency(const UtilizationCurve& curve) {
  Chart chart{against(curve, "latency"), "ms, median of one batch-1 inference", headline_axis(curve), {{}}, 0.0};
  for (const auto& point : curve.points)
    chart.series[0].points.push_back(headline_point(curve, point, unless_unmeasured(point.latency_ms)));
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

Chart validation_chart(const UtilizationCurve& curve) {
  Chart chart{"Validation " + curve.score_name, "epoch", "% on held-out images", {{}}};
  for (const auto& epoch : curve.epochs) {
    if (epoch.validation_score < 0) continue;  // not evaluated: the line goes on to the next epoch that was
    chart.series[0].points.push_back({epoch.epoch, 100 * epoch.validation_score, kNaN, kNaN,
                                      fmt::format("epoch {}: {}", rounded_text(epoch.epoch), percent_text(epoch.validation_score))});
  }
  return chart;
}

}  // namespace tnn
