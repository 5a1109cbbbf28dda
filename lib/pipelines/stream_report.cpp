#include "pipelines/stream_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>

#include "report/chart.h"

namespace tnn {
namespace {

constexpr size_t kMostDots = 400;  ///< of a line; beyond, each stands for the median of its stretch

std::string cell(double value) { return std::isnan(value) ? "" : fmt::format("{:.6g}", value); }

double median(std::vector<double>& values, double share = 0.5) {
  const auto at = values.begin() + static_cast<std::ptrdiff_t>(share * static_cast<double>(values.size() - 1));
  std::nth_element(values.begin(), at, values.end());
  return *at;
}

/// A line of one value an inference, with a band from the 10th to the 90th percentile of each stretch where `banded`.
template <typename Value>
ChartSeries series_of(const std::string& label, const std::vector<StreamRow>& rows, bool banded, const Value& value) {
  ChartSeries series{label, {}};
  const size_t stretch = std::max<size_t>(1, (rows.size() + kMostDots - 1) / kMostDots);
  for (size_t begin = 0; begin < rows.size(); begin += stretch) {
    std::vector<double> values;
    for (size_t i = begin; i < std::min(rows.size(), begin + stretch); ++i) values.push_back(value(i));
    ChartPoint point{rows[begin].time_s, median(values)};
    if (banded && stretch > 1) point.low = median(values, 0.1), point.high = median(values, 0.9);
    series.points.push_back(point);
  }
  return series;
}

Chart chart_over_time(const std::string& title, const std::string& y_label, std::vector<ChartSeries> series) {
  Chart chart;
  chart.title = title, chart.x_label = "time (s)", chart.y_label = y_label, chart.series = std::move(series), chart.y_from_zero = true;
  return chart;
}

bool is_of_latency(const StreamTarget& target) { return target.quantity == &Reading::latency_ms && !std::isnan(target.limit); }

/// "12.3", or all digits for programs; empty where it is not known.
std::string number(double value, bool exact, int decimals) {
  if (!std::isfinite(value)) return "";
  return exact ? fmt::format("{}", value) : fmt::format("{:.{}f}", value, decimals);
}

}  // namespace

std::string trace_csv(const std::vector<StreamRow>& rows, const StreamTarget& target) {
  std::string text = "time_s,load,u,latency_ms,deadline_met,temperature_c,power_mw,battery\n";
  for (const StreamRow& row : rows) {
    const char* met = !is_of_latency(target) ? "" : row.latency_ms <= target.limit ? "1" : "0";
    fmt::format_to(std::back_inserter(text), "{:.6f},{:.4g},{:.6g},{:.6g},{},{},{},{}\n", row.time_s, row.load,
                   target.points[static_cast<size_t>(row.point)].u, row.latency_ms, met, cell(row.temperature_c), cell(row.power_mw),
                   cell(row.battery));
  }
  return text;
}

std::string trace_picture(const std::vector<StreamRow>& rows, const StreamTarget& target, const std::string& title) {
  std::vector<ChartSeries> latency{series_of("latency", rows, true, [&](size_t i) { return rows[i].latency_ms; })};
  if (is_of_latency(target)) {
    const double last = rows.back().time_s;
    latency.push_back({"target", {{rows.front().time_s, target.limit}, {last, target.limit}}});
  }
  const auto u_of = [&](int point) { return target.points[static_cast<size_t>(point)].u; };
  std::vector<ChartSeries> u{series_of("governor", rows, false, [&](size_t i) { return u_of(rows[i].point); })};
  const std::vector<int> oracle = oracle_points(rows, target);
  if (!oracle.empty()) u.push_back(series_of("oracle", rows, false, [&](size_t i) { return u_of(oracle[i]); }));
  std::vector<Chart> charts{chart_over_time("Latency", "ms, median and 10th to 90th percentile", std::move(latency)),
                            chart_over_time("Utilization", "u", std::move(u))};
  charts.push_back(
      chart_over_time("Load", "busy threads a processor", {series_of("load", rows, false, [&](size_t i) { return rows[i].load; })}));
  return chart_file(title, charts);
}

Table figures_table(const std::vector<StreamFigures>& figures, bool exact) {
  Table table{{"policy", "mean_u", "miss_rate", "overshoot", "settling_inferences", "settling_s", "settled", "switches_per_s", "accuracy",
               "mean_latency_ms"},
              {},
              {false, true, true, true, true, true, false, true, true, true}};
  for (const StreamFigures& f : figures) {
    const char* settled = std::isnan(f.settling_inferences) ? "" : std::isinf(f.settling_inferences) ? "no" : "yes";
    table.rows.push_back({f.policy, number(f.mean_u, exact, 3), number(f.miss_rate, exact, 4), number(f.overshoot, exact, 3),
                          number(f.settling_inferences, exact, 0), number(f.settling_s, exact, 3), settled,
                          number(f.switches_per_s, exact, 2), number(f.accuracy, exact, 4), number(f.mean_latency_ms, exact, 3)});
  }
  return table;
}

}  // namespace tnn
