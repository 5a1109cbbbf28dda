#pragma once

#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tnn {

/// A point of a line. Where x or y is not finite the line is broken; where low or high is not, it has no band.
struct ChartPoint {
  double x = 0, y = 0;
  double low = std::numeric_limits<double>::quiet_NaN();
  double high = std::numeric_limits<double>::quiet_NaN();
  std::string note = {};   ///< shown when the pointer rests on it
  std::string label = {};  ///< written beside it
};

struct ChartSeries {
  std::string label;  ///< in the legend, which is there from two series on
  std::vector<ChartPoint> points;
};

/// A line chart: axes with round ticks, lines with bands and markers, a legend. All text is escaped.
struct Chart {
  std::string title;
  std::string x_label;
  std::string y_label;              ///< written level, above the axis
  std::vector<ChartSeries> series;  ///< up to four colours
  std::optional<double> x_low = {}, x_high = {};
  bool y_from_zero = false;
};

inline constexpr double kChartWidth = 560, kChartHeight = 330;

/// One <svg> element to stand in a page that has chart_style() once, or in another <svg>.
std::string chart_element(const Chart& chart, double x = 0, double y = 0);

/// A file of its own: the charts below each other.
std::string chart_file(const std::string& title, const std::vector<Chart>& charts);

/// CSS for both, light and dark (prefers-color-scheme). No variables, so that simple SVG viewers understand it.
std::string_view chart_style();

}  // namespace tnn
