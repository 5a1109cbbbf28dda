#include <fmt/format.h>
#include <fmt/ranges.h>

#include <set>

#include "meters/bench_rows.h"

namespace tnn {
namespace {

constexpr double kIdleChange = 0.1;       // that is worth a word
constexpr double kSamplingShare = 0.005;  // likewise

/// Rows of the first model, by rising u, against their neighbours.
void compare_neighbours(const std::vector<BenchRow>& rows, const char* key, const char* what, std::vector<std::string>& statements) {
  std::vector<std::string> alike, unknown;
  for (size_t i = 0; i + 1 < rows.size(); ++i) {
    if (rows[i].label.compared || rows[i + 1].label.compared) continue;
    const auto& first = rows[i].figure(key).repetitions;
    const auto& second = rows[i + 1].figure(key).repetitions;
    if (first.empty() || second.empty()) continue;
    const auto differs = differs_beyond_noise(first, second);
    if (!differs) unknown.push_back("");
    if (differs && !*differs) alike.push_back(fmt::format("u = {} and {}", rows[i].label.u, rows[i + 1].label.u));
  }
  if (!unknown.empty())
    statements.push_back(
        fmt::format("from one repetition it cannot be told which points differ beyond noise in {} (--repetitions 2 or more)", what));
  if (!alike.empty())
    statements.push_back(fmt::format("neighbours that do not differ beyond noise in {}: {}", what, fmt::join(alike, "; ")));
}

/// The utilizations of rows that satisfy a condition.
template <typename Holds>
std::string names_where(const std::vector<BenchRow>& rows, const Holds& holds) {
  std::vector<std::string> names;
  for (const BenchRow& row : rows)
    if (holds(row)) names.push_back(row.label.compared ? row.label.model : fmt::format("u = {}", row.label.u));
  if (names.size() > 1 && names.size() == rows.size()) return "every point";
  return fmt::format("{}", fmt::join(names, ", "));
}

}  // namespace

std::vector<std::string> bench_statements(const std::vector<BenchRow>& rows) {
  std::vector<std::string> statements;
  compare_neighbours(rows, "p50_ms", "median latency", statements);
  compare_neighbours(rows, "energy_mj", "energy", statements);
  const auto say = [&](const std::string& names, const std::string& what) {
    if (!names.empty()) statements.push_back(names + ": " + what);
  };
  say(names_where(rows, [](const BenchRow& row) { return !row.plateau; }),
      "the warm-up ended without a plateau (--warm-up allows it longer)");
  say(names_where(rows, [](const BenchRow& row) { return !row.throttled.empty(); }), "the device throttled while this was measured");
  say(names_where(rows, [](const BenchRow& row) { return row.below_idle; }),
      "the power was not above that of idling: the energy with idle subtracted says nothing");
  double idle = 0, sampling = 0;
  std::set<std::string> faults;
  for (const BenchRow& row : rows) {
    idle = std::max(idle, row.largest_idle_change);
    sampling = std::max(sampling, row.sampling_share);
    faults.insert(row.faults.begin(), row.faults.end());
  }
  if (idle > kIdleChange)
    statements.push_back(
        fmt::format("the idle power before and after a repetition differed by up to {:.0f} %: energies with idle subtracted "
                    "are that uncertain",
                    100 * idle));
  if (sampling > kSamplingShare)
    statements.push_back(
        fmt::format("reading the meter took {:.1f} % of one processor, which is part of what was measured", 100 * sampling));
  for (const std::string& fault : faults) statements.push_back("no energy where this happened: " + fault);
  return statements;
}

}  // namespace tnn
