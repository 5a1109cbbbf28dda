#include "report/gate_picture.h"

#include <fmt/format.h>

#include <algorithm>

#include "report/curve_columns.h"
#include "report/markup.h"
#include "report/quantity.h"

namespace tnn {
namespace {

constexpr double kLabels = 150, kHead = 24, kGap = 5, kUsualWidth = 1070;

/// The size of the cells: wide enough for a page where there are few points, low where there are many gates.
struct Grid {
  double pitch, height;

  Grid(size_t points, size_t gates)
      : pitch(std::clamp((kUsualWidth - kLabels) / static_cast<double>(points), 44.0, 68.0)), height(gates > 24 ? 14 : 32) {}
  double cell_width() const { return pitch - kGap; }
  double x(size_t column) const { return kLabels + pitch * static_cast<double>(column); }
  double y(size_t row) const { return kHead + (height + kGap) * static_cast<double>(row); }
};

/// Rectangles of the runs of active groups, from the bottom up.
std::string active_runs(const std::string& groups, const Grid& grid, double x, double y) {
  const double unit = grid.height / static_cast<double>(groups.size());
  std::string svg;
  for (size_t begin = groups.find('1'); begin != std::string::npos;) {
    const size_t end = std::min(groups.find_first_not_of('1', begin), groups.size());
    svg += fmt::format("<rect class=\"on\" x=\"{:.1f}\" y=\"{:.2f}\" width=\"{:.1f}\" height=\"{:.2f}\"/>", x,
                       y + grid.height - unit * static_cast<double>(end), grid.cell_width(), unit * static_cast<double>(end - begin));
    begin = groups.find('1', end);
  }
  return svg;
}

std::string cell(const std::string& gate, const CurvePoint& point, const Grid& grid, double x, double y) {
  const std::string groups = gate_groups(point, gate);
  if (groups.empty()) return "";
  return fmt::format(
      "<g><title>{} at u = {}: {} of {} groups active</title><rect class=\"off\" x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" "
      "height=\"{}\"/>{}</g>\n",
      escape_markup(gate), rounded_text(point.u), std::ranges::count(groups, '1'), groups.size(), x, y, grid.cell_width(), grid.height,
      active_runs(groups, grid, x, y));
}

}  // namespace

std::string gate_picture(const UtilizationCurve& curve) {
  const std::vector<std::string> gates = gate_names(curve);
  if (gates.empty()) return "";
  const Grid grid(curve.points.size(), gates.size());
  std::string svg = fmt::format(
      "<svg class=\"gates\" width=\"{0:.1f}\" height=\"{1:.1f}\" viewBox=\"0 0 {0:.1f} {1:.1f}\" role=\"img\" aria-label=\"active "
      "groups\">\n",
      grid.x(curve.points.size()), grid.y(gates.size()));
  for (size_t i = 0; i < curve.points.size(); ++i)
    svg += fmt::format("<text x=\"{:.1f}\" y=\"14\" text-anchor=\"middle\">{:.3g}</text>\n", grid.x(i) + grid.cell_width() / 2,
                       curve.points[i].u);
  for (size_t row = 0; row < gates.size(); ++row) {
    const double y = grid.y(row);
    svg += fmt::format("<text class=\"name\" x=\"0\" y=\"{:.1f}\">{}<title>{}</title></text>\n", y + grid.height / 2 + 4,
                       escape_markup(shortened(gates[row], 22)), escape_markup(gates[row]));
    for (size_t i = 0; i < curve.points.size(); ++i) svg += cell(gates[row], curve.points[i], grid, grid.x(i), y);
  }
  return svg + "</svg>\n";
}

}  // namespace tnn
