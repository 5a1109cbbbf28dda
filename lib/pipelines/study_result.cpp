#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "core/atomic_file.h"
#include "core/error.h"
#include "pipelines/run_folder.h"
#include "pipelines/study.h"
#include "report/chart.h"
#include "report/curve_json.h"

namespace tnn {
namespace {

constexpr size_t kColours = 4;  ///< of a chart

double per_cent(const Metric& metric) { return metric.fraction ? 100 : 1; }

/// The headline metric against utilization, four combinations a chart.
std::vector<Chart> charts_of(const StudyResult& result, const std::vector<GridKey>& grid) {
  const double factor = per_cent(result.metric);
  std::vector<Chart> charts;
  const std::vector<std::string>* before = nullptr;
  for (const StudyPoint& point : result.points) {
    const Estimate mean = estimate_mean(point.results);
    if (!before || *before != point.values) {
      if (charts.empty() || charts.back().series.size() == kColours)
        charts.push_back({result.metric.title + " over the seeds",
                          "utilization u",
                          result.metric.title + (result.metric.fraction ? ", %" : "") + " (band: 95 % interval of the mean)",
                          {},
                          0.0,
                          1.0});
      charts.back().series.push_back({setting_name(grid, point.values), {}});
      before = &point.values;
    }
    ChartPoint drawn{point.u, factor * mean.value};
    if (mean.low) drawn.low = factor * *mean.low, drawn.high = factor * *mean.high;
    drawn.note = fmt::format("u = {}: {:.4g}, {} seeds", point.u, drawn.y, point.results.size());
    charts.back().series.back().points.push_back(drawn);
  }
  return charts;
}

nlohmann::ordered_json json_of(const StudyResult& result, const StudyOptions& options) {
  nlohmann::ordered_json rows = nlohmann::ordered_json::array();
  for (const StudyPoint& point : result.points) {
    const Estimate mean = estimate_mean(point.results);
    nlohmann::ordered_json row;
    for (size_t i = 0; i < options.grid.size(); ++i) row[options.grid[i].key] = point.values[i];
    row["u"] = point.u, row["macs"] = point.macs, row["results"] = point.results, row["mean"] = mean.value;
    row["low"] = mean.low ? nlohmann::ordered_json(*mean.low) : nullptr;
    row["high"] = mean.high ? nlohmann::ordered_json(*mean.high) : nullptr;
    rows.push_back(row);
  }
  return {
      {"command", options.command}, {"metric", result.metric.name}, {"runs", result.runs}, {"finished", result.finished}, {"rows", rows}};
}

void add_curve(const StudyRun& run, const UtilizationCurve& curve, StudyResult& result) {
  for (const CurvePoint& point : curve.points) {
    const auto same = [&](const StudyPoint& other) { return other.values == run.values && other.u == point.u; };
    auto found = std::find_if(result.points.begin(), result.points.end(), same);
    if (found == result.points.end()) found = result.points.insert(result.points.end(), StudyPoint{run.values, point.u, point.macs, {}});
    found->results.push_back(point.headline().value);
  }
}

}  // namespace

StudyResult collect_study(const StudyOptions& options) {
  StudyResult result;
  const std::vector<StudyRun> runs = study_runs(options.grid, options.seeds);
  result.runs = static_cast<int64_t>(runs.size());
  for (const StudyRun& run : runs) {
    const RunFolder folder(options.out / run.folder);
    if (!std::filesystem::exists(folder.curve())) continue;
    const UtilizationCurve curve = read_curve_json(folder.curve());
    result.metric = curve.headline();
    add_curve(run, curve, result);
    ++result.finished;
  }
  if (result.finished == 0) throw UsageError(fmt::format("'{}' holds no finished run of this study", options.out.string()));
  write_file_atomically(options.out / "study.csv", format_table(study_table(result, options.grid, true), TableFormat::csv));
  write_file_atomically(options.out / "study.json", json_of(result, options).dump(1) + "\n");
  write_file_atomically(options.out / "study.svg", chart_file(options.recipe.stem().string(), charts_of(result, options.grid)));
  return result;
}

Table study_table(const StudyResult& result, const std::vector<GridKey>& grid, bool for_programs) {
  const double factor = for_programs ? 1 : per_cent(result.metric);
  const auto number = [&](double value) { return for_programs ? fmt::format("{}", value) : fmt::format("{:.2f}", factor * value); };
  Table table;
  for (const GridKey& key : grid) table.columns.push_back(key.key);
  table.numeric.resize(grid.size(), false);
  for (const std::string& column :
       {std::string("u"), std::string("macs"), result.metric.name, std::string("low"), std::string("high"), std::string("seeds")}) {
    table.columns.push_back(column);
    table.numeric.push_back(true);
  }
  for (const StudyPoint& point : result.points) {
    const Estimate mean = estimate_mean(point.results);
    std::vector<std::string> row = point.values;
    row.insert(row.end(), {fmt::format("{}", point.u), std::to_string(point.macs), number(mean.value), mean.low ? number(*mean.low) : "",
                           mean.high ? number(*mean.high) : "", std::to_string(point.results.size())});
    table.rows.push_back(std::move(row));
  }
  return table;
}

}  // namespace tnn
