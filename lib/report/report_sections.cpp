#include "report/report_sections.h"

#include <fmt/format.h>

#include "report/curve_charts.h"
#include "report/curve_columns.h"
#include "report/gate_picture.h"
#include "report/markup.h"
#include "report/quantity.h"

namespace tnn {
namespace {

std::string figure(const std::string& title, const std::string& value, const std::string& note) {
  return fmt::format("<div class=\"card\"><p>{}</p><div class=\"figure\">{}</div><p>{}</p></div>\n", title, value, note);
}

/// "95 %: 90.62–91.78, "; empty where the headline metric has no interval.
std::string interval_note(const UtilizationCurve& curve, const CurvePoint& point) {
  return curve.headline().interval.empty() ? "" : "95 %: " + interval_text(curve.headline(), point.headline());
}

std::string points_difference(const UtilizationCurve& curve, const CurvePoint& from, const CurvePoint& to) {
  const bool percent = curve.headline().fraction;
  const double difference = (percent ? 100 : 1) * (to.headline().value - from.headline().value);
  const std::string text = fixed_text(std::abs(difference), percent ? 2 : 4) + (percent ? " points" : "");
  return difference < 0 ? text + " lower" : difference > 0 ? text + " higher" : "the same";
}

/// "14.2× less", or the plain amount where there is nothing to compare.
std::string saving(double full, double small) {
  return small > 0 ? fmt::format("{}×", fixed_text(full / small, full / small < 10 ? 2 : 1)) : "n/a";
}

std::string charts_grid(const std::vector<Chart>& charts) {
  std::string html = "<section class=\"charts\">\n";
  for (const auto& chart : charts) html += "<div class=\"card\">" + chart_element(chart) + "</div>\n";
  return html + "</section>\n";
}

std::string entry(const char* term, const std::string& text) {
  return text.empty() ? "" : fmt::format("<dt>{}</dt><dd>{}</dd>\n", term, escape_markup(text));
}

}  // namespace

std::string headline_section(const UtilizationCurve& curve) {
  const CurvePoint* full = largest_point(curve);
  const CurvePoint* small = smallest_point(curve);
  if (!full) return "<p class=\"card\">This curve has no points.</p>\n";
  std::string html = "<section class=\"figures\">\n";
  const Metric& headline = curve.headline();
  const std::string title = capitalised(headline.title) + " at u = ";
  const auto joined = [](const std::string& a, const std::string& b) { return a.empty() || b.empty() ? a + b : a + ", " + b; };
  html += figure(title + rounded_text(full->u), metric_text(headline, full->headline()),
                 joined(interval_note(curve, *full), count_text(full->images) + " images"));
  const double full_macs = static_cast<double>(full->macs), small_macs = static_cast<double>(small->macs);
  if (small == full) {
    html += figure("MACs for one input", quantity_text(full_macs), quantity_text(static_cast<double>(full->parameters)) + " parameters");
  } else {
    const std::string interval = interval_note(curve, *small);
    html += figure(title + rounded_text(small->u), metric_text(headline, small->headline()),
                   points_difference(curve, *full, *small) + (interval.empty() ? "" : "; " + interval));
    html += figure(fmt::format("Fewer MACs at u = {}", rounded_text(small->u)), saving(full_macs, small_macs),
                   fmt::format("{} instead of {}", quantity_text(small_macs), quantity_text(full_macs)));
  }
  if (small != full && full->latency_ms >= 0 && small->latency_ms >= 0)
    html += figure(fmt::format("Faster at u = {}", rounded_text(small->u)), saving(full->latency_ms, small->latency_ms),
                   fmt::format("{} ms instead of {} ms", rounded_text(small->latency_ms), rounded_text(full->latency_ms)));
  return html + "</section>\n";
}

std::string charts_section(const UtilizationCurve& curve) {
  if (curve.points.empty()) return "";
  std::vector<Chart> charts{headline_against_utilization(curve), headline_against_macs(curve)};
  if (has_latency(curve)) {
    charts.push_back(latency_against_utilization(curve));
    charts.push_back(headline_against_latency(curve));
  }
  return charts_grid(charts);
}

std::string gates_section(const UtilizationCurve& curve) {
  const std::string picture = gate_picture(curve);
  if (picture.empty()) return "";
  return fmt::format(
      "<section class=\"card\">\n<h2>Gates</h2>\n<p class=\"note\">A row is a gate, a column an operating point by its u; filled groups "
      "are "
      "active, the lowest group at the bottom.</p>\n<div class=\"scroll\">{}</div>\n</section>\n",
      picture);
}

std::string training_section(const UtilizationCurve& curve) {
  if (curve.epochs.empty()) return "";
  std::vector<Chart> charts{training_loss_chart(curve)};
  const Chart validation = validation_chart(curve);
  if (!validation.series[0].points.empty()) charts.push_back(validation);
  return charts_grid(charts);
}

std::string origin_section(const UtilizationCurve& curve) {
  std::string html = "<section class=\"card long\">\n<h2>Where these numbers come from</h2>\n<dl>\n";
  html += entry("Model", curve.model) + entry("Data", curve.dataset) + entry("Machine", curve.machine) + entry("tnn", curve.version) +
          entry("Date", curve.date) + "</dl>\n";
  if (!curve.command.empty()) html += fmt::format("<p class=\"muted\">Command</p>\n<pre>{}</pre>\n", escape_markup(curve.command));
  if (!curve.recipe.empty())
    html += fmt::format("<details><summary>Resolved recipe</summary>\n<pre>{}</pre>\n</details>\n", escape_markup(curve.recipe));
  return html + "</section>\n";
}

}  // namespace tnn
