#include "meters/bench_rows.h"

#include <algorithm>
#include <cmath>
#include <set>

namespace tnn {
namespace {

using Value = std::optional<double>;

std::optional<double> energy_of(const PointMeasurement& m) { return m.energy ? m.energy->energy_mj : std::nullopt; }

/// Millijoules an inference; negative where less power was drawn than while idling.
Value energy_without_idle(const PointMeasurement& m) {
  if (!energy_of(m) || !m.idle_mw) return std::nullopt;
  const double net = *energy_of(m) - *m.idle_mw * m.energy->seconds;
  return std::abs(net) < 1e-9 * *energy_of(m) ? 0 : net / static_cast<double>(m.inferences);
}

struct FigureRow {
  const char* key;
  bool of_meter;  ///< left out where there was none
  bool largest;   ///< of all repetitions, in place of their mean
  Value (*value)(const PointMeasurement&);
};

constexpr FigureRow kFigures[] = {
    {"p50_ms", false, false, [](const PointMeasurement& m) -> Value { return m.p50_ms; }},
    {"p90_ms", false, false, [](const PointMeasurement& m) -> Value { return m.p90_ms; }},
    {"p99_ms", false, false, [](const PointMeasurement& m) -> Value { return m.p99_ms; }},
    {"max_ms", false, true, [](const PointMeasurement& m) -> Value { return m.max_ms; }},
    {"p90_ms_early_stopping", false, true, [](const PointMeasurement& m) -> Value { return m.early_stopping_p90_ms; }},
    {"inferences_per_s", false, false, [](const PointMeasurement& m) -> Value { return static_cast<double>(m.inferences) / m.seconds; }},
    {"switch_us", false, false, [](const PointMeasurement& m) -> Value { return m.switch_us; }},
    {"switch_call_us", false, false, [](const PointMeasurement& m) -> Value { return m.switch_call_us; }},
    {"power_mw", true, false, [](const PointMeasurement& m) -> Value { return m.energy ? m.energy->power_mw : std::nullopt; }},
    {"energy_mj", true, false,
     [](const PointMeasurement& m) -> Value {
       return energy_of(m) ? Value(*energy_of(m) / static_cast<double>(m.inferences)) : std::nullopt;
     }},
    {"energy_mj_idle_subtracted", true, false, energy_without_idle},
    {"idle_mw", true, false, [](const PointMeasurement& m) -> Value { return m.idle_mw; }},
    {"peak_memory_bytes", false, true,
     [](const PointMeasurement& m) -> Value {
       return m.peak_memory_bytes ? Value(static_cast<double>(*m.peak_memory_bytes)) : std::nullopt;
     }},
    {"warm_up_s", false, false, [](const PointMeasurement& m) -> Value { return m.warm_up_seconds; }},
};

using Measured = std::vector<const PointMeasurement*>;

/// Of optional values, one a repetition: empty where one is missing.
std::vector<double> all_or_none(const std::vector<Value>& values) {
  std::vector<double> all;
  for (const Value& value : values) {
    if (!value) return {};
    all.push_back(*value);
  }
  return all;
}

BenchFigure make_figure(const FigureRow& row, const Measured& measured) {
  std::vector<Value> values;
  for (const PointMeasurement* m : measured) values.push_back(row.value(*m));
  BenchFigure figure{row.key};
  figure.repetitions = all_or_none(values);
  if (figure.repetitions.empty()) return figure;
  figure.estimate =
      row.largest ? Estimate{*std::max_element(figure.repetitions.begin(), figure.repetitions.end())} : estimate_mean(figure.repetitions);
  return figure;
}

void add_energy(BenchRow& row, const Measured& measured) {
  std::set<std::string> faults;
  double sampling = 0, seconds = 0;
  for (const PointMeasurement* m : measured) {
    if (!m->energy) continue;
    faults.insert(m->energy->faults.begin(), m->energy->faults.end());
    sampling += m->energy->sampling_seconds, seconds += m->energy->seconds;
    if (m->idle_change) row.largest_idle_change = std::max(row.largest_idle_change, std::abs(*m->idle_change));
    row.below_idle = row.below_idle || energy_without_idle(*m).value_or(1) <= 0;
  }
  row.faults.assign(faults.begin(), faults.end());
  if (seconds > 0) row.sampling_share = sampling / seconds;
  if (!measured.front()->energy) return;
  for (size_t i = 0; i < measured.front()->energy->rails.size(); ++i) {
    std::vector<Value> values;
    for (const PointMeasurement* m : measured)
      values.push_back(m->energy && i < m->energy->rails.size() ? m->energy->rails[i].power_mw : std::nullopt);
    const std::vector<double> all = all_or_none(values);
    row.rails_mw.emplace_back(measured.front()->energy->rails[i].name, all.empty() ? std::nullopt : Value(estimate_mean(all).value));
  }
}

void add_throughput(BenchRow& row, const Measured& measured) {
  std::map<int64_t, std::vector<double>> rates;
  for (const PointMeasurement* m : measured)
    for (const auto& [batch, rate] : m->inputs_per_second) rates[batch].push_back(rate);
  for (const auto& [batch, values] : rates) row.inputs_per_second[batch] = estimate_mean(values);
}

BenchRow make_row(const WorkloadLabel& label, const Measured& measured) {
  BenchRow row;
  row.label = label;
  row.repetitions = static_cast<int>(measured.size());
  const bool metered = std::any_of(measured.begin(), measured.end(), [](const PointMeasurement* m) { return m->energy.has_value(); });
  const bool by_rule =
      std::any_of(measured.begin(), measured.end(), [](const PointMeasurement* m) { return m->early_stopping_p90_ms.has_value(); });
  for (const FigureRow& figure : kFigures) {
    if ((figure.of_meter && !metered) || (std::string(figure.key) == "p90_ms_early_stopping" && !by_rule)) continue;
    row.figures.push_back(make_figure(figure, measured));
  }
  std::set<std::string> throttled;
  for (const PointMeasurement* m : measured) {
    row.inferences += m->inferences;
    row.plateau = row.plateau && m->plateau;
    for (const std::string& name : throttled_between(m->before, m->after)) throttled.insert(name);
  }
  row.throttled.assign(throttled.begin(), throttled.end());
  row.before_c = measured.front()->before.temperatures_c, row.after_c = measured.back()->after.temperatures_c;
  row.before_mhz = measured.front()->before.clocks_mhz, row.after_mhz = measured.back()->after.clocks_mhz;
  add_throughput(row, measured);
  add_energy(row, measured);
  return row;
}

}  // namespace

const BenchFigure& BenchRow::figure(const std::string& key) const {
  static const BenchFigure none;
  const auto found = std::find_if(figures.begin(), figures.end(), [&](const BenchFigure& figure) { return figure.key == key; });
  return found == figures.end() ? none : *found;
}

std::vector<BenchRow> bench_rows(const std::vector<WorkloadLabel>& labels, const std::vector<PointMeasurement>& measurements) {
  std::vector<BenchRow> rows;
  for (size_t i = 0; i < labels.size(); ++i) {
    Measured measured;
    for (const PointMeasurement& m : measurements)
      if (m.workload == static_cast<int>(i)) measured.push_back(&m);
    std::sort(measured.begin(), measured.end(),
              [](const PointMeasurement* a, const PointMeasurement* b) { return a->repetition < b->repetition; });
    if (!measured.empty()) rows.push_back(make_row(labels[i], measured));
  }
  return rows;
}

}  // namespace tnn
