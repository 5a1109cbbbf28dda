#include "control/stream_figures.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace tnn {
namespace {

constexpr size_t kMedianOf = 9;
constexpr size_t kSettledOf = 10, kSettledWithin = 9;
constexpr double kStep = 0.25;  ///< change of the load from one inference to the next that counts as a step

double value_of(const StreamRow& row, double Reading::*quantity) {
  const Reading reading{row.time_s, row.latency_ms, row.point, row.load, row.temperature_c, row.power_mw, row.battery};
  return reading.*quantity;
}

/// A way to choose points on a trace, with what came of it.
struct Choice {
  std::vector<int> points;
  std::vector<double> values;  ///< of the quantity with the limit
  std::vector<double> latencies;
};

/// Largest median of kMedianOf values in a row, beyond the limit.
double overshoot(const std::vector<double>& values, double limit) {
  double worst = 0;
  std::array<double, kMedianOf> window{};
  for (size_t i = 0; i + kMedianOf <= values.size(); ++i) {
    std::copy_n(values.begin() + static_cast<std::ptrdiff_t>(i), kMedianOf, window.begin());
    std::nth_element(window.begin(), window.begin() + kMedianOf / 2, window.end());
    worst = std::max(worst, window[kMedianOf / 2] / limit - 1);
  }
  return worst;
}

/// From `begin` on, how many inferences until the first of kSettledOf in a row that are settled; nothing where none are before `end`.
std::optional<size_t> settled_after(const std::vector<double>& values, double limit, size_t begin, size_t end) {
  for (size_t i = begin; i + kSettledOf <= end; ++i) {
    const auto first = values.begin() + static_cast<std::ptrdiff_t>(i);
    const auto within = std::count_if(first, first + kSettledOf, [limit](double value) { return value <= limit; });
    if (within >= static_cast<std::ptrdiff_t>(kSettledWithin) && *first <= limit) return i - begin;
  }
  return std::nullopt;
}

void judge_settling(StreamFigures& figures, const std::vector<StreamRow>& rows, const std::vector<double>& values, double limit) {
  std::vector<size_t> steps;
  for (size_t i = 1; i < rows.size(); ++i)
    if (std::abs(rows[i].load - rows[i - 1].load) >= kStep) steps.push_back(i);
  for (size_t k = 0; k < steps.size(); ++k) {
    const size_t end = k + 1 < steps.size() ? steps[k + 1] : rows.size();
    if (end - steps[k] < kSettledOf) continue;
    const auto settled = settled_after(values, limit, steps[k], end);
    const double inferences = settled ? static_cast<double>(*settled) : std::numeric_limits<double>::infinity();
    const double seconds = settled ? rows[steps[k] + *settled].time_s - rows[steps[k]].time_s : inferences;
    if (std::isnan(figures.settling_inferences) || inferences > figures.settling_inferences) figures.settling_inferences = inferences;
    if (std::isnan(figures.settling_s) || seconds > figures.settling_s) figures.settling_s = seconds;
  }
}

StreamFigures judge(const std::string& policy, const std::vector<StreamRow>& rows, const Choice& choice, const StreamTarget& target) {
  StreamFigures figures;
  figures.policy = policy;
  double u = 0, accuracy = 0, latency = 0, switches = 0;
  for (size_t i = 0; i < rows.size(); ++i) {
    const GovernedPoint& point = target.points[static_cast<size_t>(choice.points[i])];
    u += point.u, accuracy += point.accuracy, latency += choice.latencies[i];
    if (i > 0 && choice.points[i] != choice.points[i - 1]) ++switches;
  }
  const auto count = static_cast<double>(rows.size());
  figures.mean_u = u / count, figures.accuracy = accuracy / count, figures.mean_latency_ms = latency / count;
  const double seconds = rows.back().time_s - rows.front().time_s + choice.latencies.back() / 1000;
  if (seconds > 0) figures.switches_per_s = switches / seconds;
  std::vector<double> measured;
  std::copy_if(choice.values.begin(), choice.values.end(), std::back_inserter(measured), [](double value) { return !std::isnan(value); });
  if (std::isnan(target.limit) || measured.empty()) return figures;
  const auto beyond = std::count_if(measured.begin(), measured.end(), [&](double value) { return value > target.limit; });
  figures.miss_rate = static_cast<double>(beyond) / static_cast<double>(measured.size());
  figures.overshoot = overshoot(measured, target.limit);
  if (measured.size() == rows.size()) judge_settling(figures, rows, measured, target.limit);
  return figures;
}

bool can_replay(const StreamTarget& target) { return !target.profile.empty() && target.quantity == &Reading::latency_ms; }

double slowdown(const StreamRow& row, const StreamTarget& target) {
  return row.latency_ms / target.profile[static_cast<size_t>(row.point)].p50_ms;
}

Choice replayed(const std::vector<StreamRow>& rows, const StreamTarget& target, std::vector<int> points) {
  Choice choice{std::move(points), {}, {}};
  for (size_t i = 0; i < rows.size(); ++i)
    choice.latencies.push_back(slowdown(rows[i], target) * target.profile[static_cast<size_t>(choice.points[i])].p50_ms);
  choice.values = choice.latencies;
  return choice;
}

}  // namespace

std::vector<int> oracle_points(const std::vector<StreamRow>& rows, const StreamTarget& target) {
  if (!can_replay(target) || std::isnan(target.limit)) return {};
  std::vector<int> points;
  for (const StreamRow& row : rows) {
    int point = static_cast<int>(target.profile.size()) - 1;
    while (point > target.lowest && slowdown(row, target) * target.profile[static_cast<size_t>(point)].p50_ms > target.limit) --point;
    points.push_back(point);
  }
  return points;
}

std::vector<StreamFigures> judge_stream(const std::vector<StreamRow>& rows, const StreamTarget& target) {
  if (rows.empty()) return {};
  Choice done;
  for (const StreamRow& row : rows) {
    done.points.push_back(row.point), done.latencies.push_back(row.latency_ms);
    done.values.push_back(value_of(row, target.quantity));
  }
  std::vector<StreamFigures> all{judge("governor", rows, done, target)};
  if (!can_replay(target)) return all;
  for (size_t i = 0; i < target.points.size(); ++i)
    all.push_back(judge(fmt::format("fixed u={:.4g}", target.points[i].u), rows,
                        replayed(rows, target, std::vector<int>(rows.size(), static_cast<int>(i))), target));
  if (!std::isnan(target.limit)) all.push_back(judge("oracle", rows, replayed(rows, target, oracle_points(rows, target)), target));
  return all;
}

}  // namespace tnn
