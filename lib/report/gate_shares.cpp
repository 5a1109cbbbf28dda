#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "report/curve_columns.h"
#include "report/markup.h"
#include "report/report_sections.h"

namespace tnn {
namespace {

/// Whether each gate opens its share of groups, u, wherever rounding to whole groups allows it.
bool follows_utilization(const CurvePoint& point) {
  return std::ranges::all_of(point.gates, [&](const auto& activity) {
    const double groups = static_cast<double>(activity.groups.size());
    return groups == 0 || std::abs(active_share(activity.groups) - point.u) <= 1.0 / groups + 1e-6;
  });
}

std::string share_cell(const std::string& groups) {
  if (groups.empty()) return "<td></td>";
  return fmt::format("<td style=\"--a:{0:.3f}\" title=\"{1} of {2}\">{0:.2f}</td>", active_share(groups), std::ranges::count(groups, '1'),
                     groups.size());
}

}  // namespace

std::string gate_shares_section(const UtilizationCurve& curve) {
  const std::vector<std::string> gates = gate_names(curve);
  if (gates.size() < 2 || std::ranges::all_of(curve.points, follows_utilization)) return "";
  std::string html =
      "<section class=\"card\">\n<h2>Gate pattern</h2>\n<p class=\"note\">Share of its groups that each gate opens, in the order of the "
      "network. Gates that all follow the utilization would be like the first row.</p>\n<div class=\"scroll\"><table class=\"heat\">\n"
      "<thead><tr><th></th>";
  std::string uniform = "<tr><th>utilization u</th>";
  for (const auto& point : curve.points) {
    html += fmt::format("<th>{:.3g}</th>", point.u);
    uniform += fmt::format("<td style=\"--a:{0:.3f}\">{0:.2f}</td>", point.u);
  }
  html += "</tr></thead>\n<tbody>\n" + uniform + "</tr>\n";
  for (const std::string& gate : gates) {
    html += fmt::format("<tr><th title=\"{0}\">{0}</th>", escape_markup(gate));
    for (const auto& point : curve.points) html += share_cell(gate_groups(point, gate));
    html += "</tr>\n";
  }
  return html + "</tbody>\n</table></div>\n</section>\n";
}

}  // namespace tnn
