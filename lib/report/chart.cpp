#include "report/chart.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "report/chart_axis.h"
#include "report/markup.h"

namespace tnn {
namespace {

constexpr double kLeft = 54, kRight = kChartWidth - 18, kBottom = kChartHeight - 46;
constexpr size_t kColours = 4;
constexpr size_t kMostMarkers = 48;  ///< beyond, a line without dots reads better
constexpr double kInfinity = std::numeric_limits<double>::infinity();

bool is_drawn(const ChartPoint& point) { return std::isfinite(point.x) && std::isfinite(point.y); }
bool has_band(const ChartPoint& point) { return is_drawn(point) && std::isfinite(point.low) && std::isfinite(point.high); }

/// The smallest range that holds what it met; finite values only.
struct Range {
  double low = kInfinity, high = -kInfinity;
  bool is_empty() const { return low > high; }
  void hold(double value) {
    if (!std::isfinite(value)) return;
    low = std::min(low, value);
    high = std::max(high, value);
  }
};

/// Where values fall on the picture.
struct Frame {
  ChartAxis horizontal, vertical;
  double top;
  double x(double value) const { return kLeft + horizontal.position(value) * (kRight - kLeft); }
  double y(double value) const { return kBottom - vertical.position(value) * (kBottom - top); }
};

std::optional<Frame> frame_of(const Chart& chart) {
  Range across, up;
  for (const auto& series : chart.series) {
    for (const auto& point : series.points) {
      if (!is_drawn(point)) continue;
      across.hold(point.x);
      for (const double value : {point.y, point.low, point.high}) up.hold(value);
    }
  }
  if (across.is_empty()) return std::nullopt;
  if (chart.x_low) across.hold(*chart.x_low);
  if (chart.x_high) across.hold(*chart.x_high);
  if (chart.y_from_zero) up.hold(0);
  return Frame{round_axis(across.low, across.high, 6), round_axis(up.low, up.high, 5), chart.series.size() > 1 ? 76.0 : 58.0};
}

std::string heading(const Chart& chart) {
  std::string svg = fmt::format("<text class=\"title\" x=\"16\" y=\"24\">{}</text>\n<text x=\"16\" y=\"42\">{}</text>\n",
                                escape_markup(chart.title), escape_markup(chart.y_label));
  if (chart.series.size() < 2) return svg;
  double x = 16;
  for (size_t i = 0; i < chart.series.size(); ++i) {
    const std::string label = shortened(chart.series[i].label, 28);
    svg += fmt::format("<rect class=\"s{}\" x=\"{}\" y=\"54\" width=\"14\" height=\"3\"/><text class=\"ink\" x=\"{}\" y=\"60\">{}</text>\n",
                       i % kColours, x, x + 20, escape_markup(label));
    x += 40 + 6.8 * static_cast<double>(label.size());
  }
  return svg;
}

std::string axes(const Chart& chart, const Frame& frame) {
  std::string svg;
  for (const double tick : frame.vertical.ticks)
    svg += fmt::format(
        "<line class=\"grid\" x1=\"{}\" x2=\"{}\" y1=\"{:.1f}\" y2=\"{:.1f}\"/>"
        "<text class=\"tick\" x=\"{}\" y=\"{:.1f}\" text-anchor=\"end\">{}</text>\n",
        kLeft, kRight, frame.y(tick), frame.y(tick), kLeft - 8, frame.y(tick) + 4, frame.vertical.tick_text(tick));
  for (const double tick : frame.horizontal.ticks)
    svg += fmt::format(
        "<line class=\"axis\" x1=\"{:.1f}\" x2=\"{:.1f}\" y1=\"{}\" y2=\"{}\"/>"
        "<text class=\"tick\" x=\"{:.1f}\" y=\"{}\" text-anchor=\"middle\">{}</text>\n",
        frame.x(tick), frame.x(tick), kBottom, kBottom + 5, frame.x(tick), kBottom + 18, frame.horizontal.tick_text(tick));
  svg += fmt::format("<line class=\"axis\" x1=\"{}\" x2=\"{}\" y1=\"{}\" y2=\"{}\"/>\n", kLeft, kRight, kBottom, kBottom);
  svg += fmt::format("<text x=\"{:.1f}\" y=\"{}\" text-anchor=\"middle\">{}</text>\n", (kLeft + kRight) / 2, kChartHeight - 10,
                     escape_markup(chart.x_label));
  return svg;
}

/// Calls `draw` with every unbroken stretch of points that satisfy `holds`.
template <typename Holds, typename Draw>
void each_stretch(const std::vector<ChartPoint>& points, const Holds& holds, const Draw& draw) {
  for (auto begin = std::ranges::find_if(points, holds); begin != points.end();) {
    const auto end = std::find_if_not(begin, points.end(), holds);
    draw(begin, end);
    begin = std::find_if(end, points.end(), holds);
  }
}

std::string lines(const ChartSeries& series, const Frame& frame, size_t colour) {
  std::string svg;
  each_stretch(series.points, has_band, [&](auto begin, auto end) {
    std::string outline;
    for (auto point = begin; point != end; ++point) outline += fmt::format("{:.1f},{:.1f} ", frame.x(point->x), frame.y(point->high));
    for (auto point = end; point-- != begin;) outline += fmt::format("{:.1f},{:.1f} ", frame.x(point->x), frame.y(point->low));
    svg += fmt::format("<polygon class=\"band s{}\" points=\"{}\"/>\n", colour, outline);
  });
  each_stretch(series.points, is_drawn, [&](auto begin, auto end) {
    std::string path;
    for (auto point = begin; point != end; ++point) path += fmt::format("{:.1f},{:.1f} ", frame.x(point->x), frame.y(point->y));
    svg += fmt::format("<polyline class=\"line s{}\" points=\"{}\"/>\n", colour, path);
  });
  return svg;
}

std::string whiskers(const ChartPoint& point, const Frame& frame, size_t colour) {
  return fmt::format("<line class=\"line s{0}\" x1=\"{1:.1f}\" x2=\"{1:.1f}\" y1=\"{2:.1f}\" y2=\"{3:.1f}\"/>", colour, frame.x(point.x),
                     frame.y(point.low), frame.y(point.high));
}

std::string marker(const ChartPoint& point, const Frame& frame, size_t colour, bool dotted) {
  const double x = frame.x(point.x), y = frame.y(point.y);
  std::string svg = "<g>";
  if (!point.note.empty()) svg += fmt::format("<title>{}</title>", escape_markup(point.note));
  svg += fmt::format("<circle class=\"hit\" cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"9\"/>", x, y);
  if (dotted) svg += fmt::format("<circle class=\"s{} dot\" cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"4\"/>", colour, x, y);
  if (!point.label.empty()) {
    const bool at_right = x > (kLeft + kRight) / 2;
    svg += fmt::format("<text class=\"label\" x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"{}\">{}</text>", x + (at_right ? -8 : 10),
                       at_right ? y + 22 : y + 4, at_right ? "end" : "start", escape_markup(point.label));
  }
  return svg + "</g>\n";
}

std::string markers(const ChartSeries& series, const Frame& frame, size_t colour) {
  const bool dotted = series.points.size() <= kMostMarkers;
  std::string svg;
  if (series.points.size() == 1 && has_band(series.points[0])) svg += whiskers(series.points[0], frame, colour);
  for (const auto& point : series.points)
    if (is_drawn(point)) svg += marker(point, frame, colour, dotted);
  return svg;
}

}  // namespace

std::string chart_element(const Chart& chart, double x, double y) {
  std::string svg = fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"tnn-chart\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" viewBox=\"0 0 {} {}\" "
      "role=\"img\" aria-label=\"{}\">\n",
      x, y, kChartWidth, kChartHeight, kChartWidth, kChartHeight, escape_markup(chart.title));
  svg += heading(chart);
  if (const auto frame = frame_of(chart)) {
    svg += axes(chart, *frame);
    for (size_t i = 0; i < chart.series.size(); ++i) svg += lines(chart.series[i], *frame, i % kColours);
    for (size_t i = 0; i < chart.series.size(); ++i) svg += markers(chart.series[i], *frame, i % kColours);
  } else {
    svg += fmt::format("<text x=\"{}\" y=\"{}\" text-anchor=\"middle\">no data</text>\n", kChartWidth / 2, kChartHeight / 2);
  }
  return svg + "</svg>\n";
}

std::string chart_file(const std::string& title, const std::vector<Chart>& charts) {
  const double height = 34 + kChartHeight * static_cast<double>(charts.size());
  std::string svg = fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0}\" height=\"{1}\" "
      "viewBox=\"0 0 {0} {1}\">\n<title>{2}</title>\n<style>{3}</style>\n<rect class=\"tnn-surface\" width=\"100%\" height=\"100%\"/>\n"
      "<g class=\"tnn-chart\"><text x=\"16\" y=\"26\">{4}</text></g>\n",
      kChartWidth, height, escape_markup(title), chart_style(), escape_markup(shortened(title, 84)));
  for (size_t i = 0; i < charts.size(); ++i) svg += chart_element(charts[i], 0, 34 + kChartHeight * static_cast<double>(i));
  return svg + "</svg>\n";
}

}  // namespace tnn
