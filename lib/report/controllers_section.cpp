#include <fmt/format.h>

#include <algorithm>

#include "report/chart.h"
#include "report/markup.h"
#include "report/quantity.h"
#include "report/report_sections.h"

namespace tnn {
namespace {

bool is_named(const ControllerRow& row, const char* kind) { return row.name.rfind(kind, 0) == 0; }

std::string cells(const std::vector<std::string>& texts, const char* tag) {
  std::string html = "<tr>";
  for (const auto& text : texts) html += fmt::format("<{0}>{1}</{0}>", tag, text);
  return html + "</tr>\n";
}

std::string table(const UtilizationCurve& curve) {
  const bool latency = std::ranges::any_of(curve.controllers, [](const auto& row) { return row.mean_latency_ms >= 0; });
  std::vector<std::string> head{"Rule", "Top-1, %", "95 % interval", "Mean u", "Mean MACs"};
  if (latency) head.emplace_back("Mean latency, ms");
  std::string html = "<div class=\"scroll\"><table>\n<thead>" + cells(head, "th") + "</thead>\n<tbody>\n";
  for (const ControllerRow& row : curve.controllers) {
    std::vector<std::string> texts{escape_markup(row.name), fixed_text(100 * row.top1, 2), percent_interval_text(row.low, row.high),
                                   rounded_text(row.mean_u), quantity_text(row.mean_macs)};
    if (latency) texts.push_back(row.mean_latency_ms < 0 ? "" : fixed_text(row.mean_latency_ms, 3));
    html += cells(texts, "td");
  }
  return html + "</tbody>\n</table></div>\n";
}

std::string sentence(const ControllerComparison& pair) {
  return fmt::format("<li>{} {} {}: {:+.2f} points of accuracy (95 %: {:+.2f} to {:+.2f}; McNemar's p = {:.2g}), {}{} mean MACs</li>\n",
                     escape_markup(pair.name), pair.better ? "is better than" : "is not shown to be better than", escape_markup(pair.other),
                     100 * pair.top1_difference, 100 * pair.low, 100 * pair.high, pair.p_value, pair.macs_difference < 0 ? "−" : "+",
                     quantity_text(std::abs(pair.macs_difference)));
}

/// Accuracy against mean MACs: the fixed points as a line, the other rules as markers.
Chart accuracy_chart(const UtilizationCurve& curve) {
  double largest = 0;
  for (const ControllerRow& row : curve.controllers) largest = std::max(largest, row.mean_macs);
  const Prefix prefix = prefix_for(largest);
  Chart chart{"Accuracy against mean computation", fmt::format("mean {}MACs for one input", prefix.symbol), "top-1 accuracy, %", {}, 0.0};
  chart.series = {{"fixed u", {}}, {"cascade", {}}, {"learned", {}}, {"oracle", {}}};
  for (const ControllerRow& row : curve.controllers)
    for (auto& [kind, points] : chart.series)
      if (is_named(row, kind == "fixed u" ? "fixed" : kind.c_str()))
        points.push_back({row.mean_macs / prefix.factor, 100 * row.top1, 100 * row.low, 100 * row.high,
                          fmt::format("{}: {}, {}MACs", row.name, percent_text(row.top1), quantity_text(row.mean_macs))});
  return chart;
}

/// How often each action is chosen, the learned controller's beside the oracle's (DTNN Fig. 8b).
Chart histogram(const UtilizationCurve& curve) {
  Chart chart{"Chosen utilizations", "utilization u", "% of the inputs", {}, 0.0, 1.0, true};
  for (const ControllerRow& row : curve.controllers) {
    if (!is_named(row, "learned") && !is_named(row, "oracle")) continue;
    ChartSeries series{row.name, {}};
    for (size_t k = 0; k < row.shares.size() && k < curve.actions.size(); ++k)
      series.points.push_back({curve.actions[k], 100 * row.shares[k]});
    chart.series.push_back(std::move(series));
  }
  return chart;
}

}  // namespace

std::string controllers_section(const UtilizationCurve& curve) {
  if (curve.controllers.empty()) return "";
  std::string html =
      "<section class=\"card\">\n<h2>Controllers</h2>\n<p class=\"note\">Rules that choose u for each input, on the same samples. MACs "
      "count all "
      "that is computed for an input: the controller's own network and every pass. The chord is the best fixed u, or mixture of two, at "
      "the mean MACs of the "
      "learned controller, chosen on these samples: what any controller must lie above.</p>\n" +
      table(curve);
  if (!curve.comparisons.empty()) {
    html += "<ul>\n";
    for (const ControllerComparison& pair : curve.comparisons) html += sentence(pair);
    html += "</ul>\n";
  }
  html += "</section>\n<section class=\"charts\">\n";
  for (const Chart& chart : {accuracy_chart(curve), histogram(curve)}) html += "<div class=\"card\">" + chart_element(chart) + "</div>\n";
  return html + "</section>\n";
}

}  // namespace tnn
