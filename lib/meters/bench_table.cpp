#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "meters/bench_rows.h"

namespace tnn {
namespace {

std::string exact(double value) { return fmt::format("{}", value); }
std::string rounded(double value) { return std::abs(value) < 1000 ? fmt::format("{:.4g}", value) : fmt::format("{:.0f}", value); }

/// A table that grows by columns, each with a text for every row.
class Columns {
 public:
  explicit Columns(const std::vector<BenchRow>& rows) : rows_(rows) { table_.rows.resize(rows.size()); }

  template <typename Text>
  void add(const std::string& name, bool numeric, const Text& text) {
    table_.columns.push_back(name);
    table_.numeric.push_back(numeric);
    for (size_t i = 0; i < rows_.size(); ++i) table_.rows[i].push_back(text(rows_[i]));
  }
  Table take() { return std::move(table_); }

 private:
  const std::vector<BenchRow>& rows_;
  Table table_;
};

bool any(const std::vector<BenchRow>& rows, const std::string& key) {
  return std::any_of(rows.begin(), rows.end(), [&](const BenchRow& row) { return row.figure(key).estimate.has_value(); });
}

void add_names(Columns& columns, const std::vector<BenchRow>& rows) {
  if (std::any_of(rows.begin(), rows.end(), [](const BenchRow& row) { return row.label.compared; }))
    columns.add("model", false, [](const BenchRow& row) { return row.label.model; });
  columns.add("u", true, [](const BenchRow& row) { return exact(row.label.u); });
}

Table table_for_people(const std::vector<BenchRow>& rows) {
  Columns columns(rows);
  add_names(columns, rows);
  const auto add = [&](const std::string& key, bool always) {
    if (!always && !any(rows, key)) return;
    columns.add(key, true, [&](const BenchRow& row) {
      const auto& estimate = row.figure(key).estimate;
      return estimate ? rounded(estimate->value) : "";
    });
  };
  add("p50_ms", true);
  columns.add("p50_interval", false, [](const BenchRow& row) {
    const auto& estimate = row.figure("p50_ms").estimate;
    return estimate && estimate->low ? rounded(*estimate->low) + " to " + rounded(*estimate->high) : "";
  });
  for (const char* key : {"p90_ms", "p99_ms", "max_ms", "inferences_per_s", "switch_us"}) add(key, true);
  for (const char* key : {"p90_ms_early_stopping", "power_mw", "energy_mj", "energy_mj_idle_subtracted"}) add(key, false);
  for (const auto& batch : rows.empty() ? decltype(BenchRow::inputs_per_second){} : rows.front().inputs_per_second)
    if (const int64_t size = batch.first; size > 1)
      columns.add(fmt::format("per_s_batch_{}", size), true, [size](const BenchRow& row) {
        const auto found = row.inputs_per_second.find(size);
        return found == row.inputs_per_second.end() || !found->second ? "" : rounded(found->second->value);
      });
  return columns.take();
}

Table table_for_programs(const std::vector<BenchRow>& rows) {
  Columns columns(rows);
  add_names(columns, rows);
  columns.add("point", true, [](const BenchRow& row) { return std::to_string(row.label.point); });
  columns.add("macs", true, [](const BenchRow& row) { return std::to_string(row.label.macs); });
  columns.add("accuracy", true, [](const BenchRow& row) { return row.label.accuracy ? exact(*row.label.accuracy) : ""; });
  columns.add("repetitions", true, [](const BenchRow& row) { return std::to_string(row.repetitions); });
  columns.add("inferences", true, [](const BenchRow& row) { return std::to_string(row.inferences); });
  if (rows.empty()) return columns.take();
  for (const BenchFigure& figure : rows.front().figures) {
    const auto cell = [&, key = figure.key](const BenchRow& row, const std::optional<double> Estimate::*end) {
      const auto& estimate = row.figure(key).estimate;
      return estimate && (*estimate).*end ? exact(*((*estimate).*end)) : "";
    };
    columns.add(figure.key, true, [&](const BenchRow& row) {
      const auto& estimate = row.figure(figure.key).estimate;
      return estimate ? exact(estimate->value) : "";
    });
    columns.add(figure.key + "_low", true, [&](const BenchRow& row) { return cell(row, &Estimate::low); });
    columns.add(figure.key + "_high", true, [&](const BenchRow& row) { return cell(row, &Estimate::high); });
  }
  for (const auto& batch : rows.front().inputs_per_second)
    columns.add(fmt::format("inputs_per_s_batch_{}", batch.first), true, [size = batch.first](const BenchRow& row) {
      const auto found = row.inputs_per_second.find(size);
      return found == row.inputs_per_second.end() || !found->second ? "" : exact(found->second->value);
    });
  for (size_t i = 0; i < rows.front().rails_mw.size(); ++i)
    columns.add("rail_" + rows.front().rails_mw[i].first + "_mw", true, [i](const BenchRow& row) {
      return i < row.rails_mw.size() && row.rails_mw[i].second ? exact(*row.rails_mw[i].second) : "";
    });
  return columns.take();
}

}  // namespace

Table bench_table(const std::vector<BenchRow>& rows, bool for_programs) {
  return for_programs ? table_for_programs(rows) : table_for_people(rows);
}

}  // namespace tnn
