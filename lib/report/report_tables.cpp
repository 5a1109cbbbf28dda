#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "report/chart.h"
#include "report/curve_columns.h"
#include "report/markup.h"
#include "report/quantity.h"
#include "report/report_sections.h"

namespace tnn {
namespace {

constexpr size_t kMostClasses = 40;  ///< rows that a reader still takes in

std::string table_row(const std::vector<std::string>& cells, const char* tag) {
  std::string html = "<tr>";
  for (const auto& cell : cells) html += fmt::format("<{0}>{1}</{0}>", tag, cell);
  return html + "</tr>\n";
}

std::vector<std::string> point_cells(const UtilizationCurve& curve, const CurvePoint& point, bool latency) {
  std::vector<std::string> cells{rounded_text(point.u)};
  for (size_t i = 0; i < curve.metrics.size(); ++i) {
    const Metric& metric = curve.metrics[i];
    const MetricValue& value = point.metrics[i];
    cells.push_back(metric.fraction ? fixed_text(100 * value.value, 2) : fixed_text(value.value, 4));
    if (i == 0 && !metric.interval.empty()) cells.push_back(interval_text(metric, value));
  }
  cells.insert(cells.end(),
               {quantity_text(static_cast<double>(point.macs)), quantity_text(static_cast<double>(point.flops)),
                quantity_text(static_cast<double>(point.parameters)), fixed_text(static_cast<double>(point.activation_bytes) / 1024, 1)});
  if (!latency) return cells;
  const bool measured = point.latency_ms >= 0, ends = point.latency_low_ms >= 0 && point.latency_high_ms >= 0;
  cells.push_back(measured ? fixed_text(point.latency_ms, 3) : "");
  cells.push_back(ends ? fmt::format("{}–{}", fixed_text(point.latency_low_ms, 3), fixed_text(point.latency_high_ms, 3)) : "");
  return cells;
}

std::vector<std::string> point_head(const UtilizationCurve& curve, bool latency) {
  std::vector<std::string> head{"u"};
  for (size_t i = 0; i < curve.metrics.size(); ++i) {
    const Metric& metric = curve.metrics[i];
    head.push_back(escape_markup(metric.short_title) + (metric.fraction ? ", %" : ""));
    if (i == 0 && !metric.interval.empty()) head.push_back("95 % interval");
  }
  head.insert(head.end(), {"MACs", "FLOPs", "Parameters", "Activations, KiB"});
  if (latency) head.insert(head.end(), {"Latency, ms", "5th–95th, ms"});
  return head;
}

/// The classes by what they lose between the largest and the smallest utilization, the worst first.
std::vector<size_t> classes_by_loss(const UtilizationCurve& curve) {
  std::vector<size_t> order(class_count(curve));
  std::iota(order.begin(), order.end(), size_t{0});
  const auto loss = [&](size_t i) {
    const double lost = class_value(*largest_point(curve), i) - class_value(*smallest_point(curve), i);
    return std::isfinite(lost) ? lost : -2.0;
  };
  std::ranges::stable_sort(order, [&](size_t a, size_t b) { return loss(a) > loss(b); });
  return order;
}

/// All classes in their order; of many, those that lose the most.
std::vector<size_t> shown_classes(const UtilizationCurve& curve) {
  std::vector<size_t> order = classes_by_loss(curve);
  if (order.size() > kMostClasses)
    order.resize(kMostClasses);
  else
    std::ranges::sort(order);
  return order;
}

/// The two classes that lose the most with u, and the two that lose the least (DTNN Fig. 7).
Chart classes_chart(const UtilizationCurve& curve) {
  std::vector<size_t> drawn = classes_by_loss(curve);
  if (drawn.size() > 4) drawn.erase(drawn.begin() + 2, drawn.end() - 2);
  Chart chart{capitalised(curve.score_name) + " by class against utilization", "utilization u", "% of the class's samples", {}, 0.0, 1.0};
  for (const size_t i : drawn) {
    ChartSeries series{class_name(curve, i), {}};
    for (const auto& point : curve.points) series.points.push_back({point.u, 100 * class_value(point, i)});
    chart.series.push_back(std::move(series));
  }
  return chart;
}

/// Of a detector: every class, some to a chart.
std::vector<Chart> class_curves(const UtilizationCurve& curve, const std::vector<size_t>& classes) {
  constexpr size_t kTogether = 4;
  std::vector<Chart> charts;
  for (size_t k = 0; k < classes.size(); ++k) {
    if (k % kTogether == 0) {
      const std::string range = fmt::format(", {} to {} of {}", k + 1, std::min(k + kTogether, classes.size()), classes.size());
      charts.push_back({capitalised(curve.headline().title) + " by class" + (classes.size() > kTogether ? range : ""),
                        "utilization u",
                        curve.headline().title + ", %",
                        {},
                        0.0,
                        1.0});
    }
    ChartSeries series{class_name(curve, classes[k]), {}};
    for (const auto& point : curve.points) series.points.push_back({point.u, 100 * class_value(point, classes[k])});
    charts.back().series.push_back(std::move(series));
  }
  return charts;
}

/// Values between which the heat map's colour runs.
struct Heat {
  double low = std::numeric_limits<double>::infinity(), high = -low;
  double share(double value) const { return high > low ? (value - low) / (high - low) : 1.0; }
};

Heat heat_of(const UtilizationCurve& curve, const std::vector<size_t>& classes) {
  Heat heat;
  for (const auto& point : curve.points) {
    for (const size_t i : classes) {
      const double value = class_value(point, i);
      if (!std::isfinite(value)) continue;
      heat.low = std::min(heat.low, value);
      heat.high = std::max(heat.high, value);
    }
  }
  return heat;
}

std::string heat_cell(const CurvePoint& point, size_t index, const Heat& heat, bool detection) {
  const double value = class_value(point, index);
  if (!std::isfinite(value)) return "<td></td>";
  const ClassResult& result = point.classes[index];
  const std::string title = detection ? fmt::format("{} objects", result.count) : fmt::format("{} of {}", result.correct, result.count);
  return fmt::format("<td style=\"--a:{:.3f}\" title=\"{}\">{:.1f}</td>", heat.share(value), title, 100 * value);
}

}  // namespace

std::string points_section(const UtilizationCurve& curve) {
  if (curve.points.empty()) return "";
  const bool latency = has_latency(curve);
  std::string html =
      "<section class=\"card\">\n<h2>Operating points</h2>\n<p class=\"note\">MACs, FLOPs and activation memory are for one input.</p>\n";
  html += "<div class=\"scroll\"><table>\n<thead>" + table_row(point_head(curve, latency), "th") + "</thead>\n<tbody>\n";
  for (const auto& point : curve.points) html += table_row(point_cells(curve, point, latency), "td");
  return html + "</tbody>\n</table></div>\n</section>\n";
}

std::string classes_section(const UtilizationCurve& curve) {
  if (std::ranges::all_of(curve.points, [](const CurvePoint& point) { return point.classes.empty(); })) return "";
  const std::vector<size_t> classes = shown_classes(curve);
  const Heat heat = heat_of(curve, classes);
  const bool detection = curve.task == "detection";
  std::string note = escape_markup(capitalised(curve.headline().title)) + " in %, by class and utilization.";
  if (classes.size() < class_count(curve))
    note += fmt::format(" The {} of {} classes that lose the most from the largest to the smallest u, the worst first; curve.json has all.",
                        classes.size(), class_count(curve));
  std::string html = fmt::format("<section class=\"card\">\n<h2>{} by class</h2>\n<p class=\"note\">{}</p>\n<div class=\"scroll\">",
                                 escape_markup(capitalised(curve.score_name)), note);
  html += "<table class=\"heat\">\n<thead><tr><th></th>";
  for (const auto& point : curve.points) html += fmt::format("<th>{:.3g}</th>", point.u);
  html += "</tr></thead>\n<tbody>\n";
  for (const size_t i : classes) {
    const std::string name = escape_markup(class_name(curve, i));
    html += fmt::format("<tr><th title=\"{0}\">{0}</th>", name);
    for (const auto& point : curve.points) html += heat_cell(point, i, heat, detection);
    html += "</tr>\n";
  }
  html += "</tbody>\n</table></div>\n</section>\n";
  if (curve.points.size() < 2) return html;
  if (detection) {
    html += "<section class=\"charts\">\n";
    for (const Chart& chart : class_curves(curve, classes)) html += "<div class=\"card\">" + chart_element(chart) + "</div>\n";
    return html + "</section>\n";
  }
  return html + "<section class=\"charts\">\n<div class=\"card\">" + chart_element(classes_chart(curve)) + "</div>\n</section>\n";
}

}  // namespace tnn
