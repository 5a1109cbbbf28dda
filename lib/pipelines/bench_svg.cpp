#include <fmt/format.h>

#include <algorithm>

#include "pipelines/bench_files.h"
#include "report/chart.h"

namespace tnn {
namespace {

struct Line {
  const char* key;
  const char* label;
};

/// Lines of figures against u, each with the band of its interval; static models are lines of a single point.
Chart chart_of(const std::vector<BenchRow>& rows, const std::string& title, const std::string& axis, const std::vector<Line>& lines,
               double factor) {
  Chart chart{title, "utilization u", axis + " (band: 95 % interval over repetitions)", {}, 0.0, 1.0, true};
  for (const Line& line : lines) {
    ChartSeries series{line.label, {}};
    for (const BenchRow& row : rows) {
      const auto& estimate = row.figure(line.key).estimate;
      if (row.label.compared || !estimate) continue;
      ChartPoint point{row.label.u, estimate->value * factor};
      if (estimate->low) point.low = std::max(0.0, *estimate->low * factor), point.high = *estimate->high * factor;
      point.note = fmt::format("u = {}: {} {:.4g}", row.label.u, line.label, point.y);
      series.points.push_back(std::move(point));
    }
    if (!series.points.empty()) chart.series.push_back(std::move(series));
  }
  return chart;
}

/// Other models stand in the picture of the median latency at u = 1.
void add_compared(const std::vector<BenchRow>& rows, Chart& chart) {
  ChartSeries series{"compared models, median", {}};
  for (const BenchRow& row : rows)
    if (row.label.compared) {
      ChartPoint point{row.label.u, row.figure("p50_ms").estimate->value};
      point.note = fmt::format("{}: {:.4g} ms", row.label.model, point.y);
      point.label = row.label.model;
      series.points.push_back(std::move(point));
    }
  if (!series.points.empty()) chart.series.push_back(std::move(series));
}

Chart accuracy_chart(const std::vector<BenchRow>& rows) {
  Chart chart{"Accuracy", "utilization u", "%, as the model's run or file has it", {{}}, 0.0, 1.0};
  for (const BenchRow& row : rows)
    if (!row.label.compared && row.label.accuracy) {
      ChartPoint point{row.label.u, 100 * *row.label.accuracy};
      point.note = fmt::format("u = {}: {:.2f} %", row.label.u, point.y);
      chart.series[0].points.push_back(std::move(point));
    }
  return chart;
}

}  // namespace

std::string bench_svg(const std::string& title, const std::vector<BenchRow>& rows) {
  std::vector<Chart> charts;
  charts.push_back(chart_of(rows, "Latency of one inference", "ms",
                            {{"p50_ms", "median"}, {"p90_ms", "90th percentile"}, {"p99_ms", "99th percentile"}}, 1));
  add_compared(rows, charts.back());
  const auto add_measured = [&](Chart chart) {
    if (!chart.series.empty() && !chart.series.front().points.empty()) charts.push_back(std::move(chart));
  };
  add_measured(chart_of(rows, "Power", "W", {{"power_mw", "while computing"}, {"idle_mw", "idle"}}, 1e-3));
  add_measured(
      chart_of(rows, "Energy of one inference", "mJ", {{"energy_mj", "gross"}, {"energy_mj_idle_subtracted", "idle subtracted"}}, 1));
  add_measured(accuracy_chart(rows));
  return chart_file(title, charts);
}

}  // namespace tnn
