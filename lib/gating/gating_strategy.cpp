#include "gating/gating_strategy.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>

#include "core/error.h"
#include "core/name_table.h"
#include "gating/depthwise_nested.h"
#include "gating/independent.h"
#include "gating/learned.h"
#include "gating/nested.h"

namespace tnn {
namespace {

constexpr size_t kMostGroups = size_t{1} << 22;        // of all gates
constexpr size_t kMostListedGroups = size_t{1} << 28;  // of all gates at all steps
constexpr double kNarrowStep = 1e-5;                   // a step that is there for one utilization only

constexpr NamedValue<Rounding> kRoundings[] = {{"floor_plus_one", Rounding::floor_plus_one}, {"ceil", Rounding::ceil}};

/// Rising, from 0 to 1, without those that are as good as equal.
std::vector<double> sorted_steps(std::vector<double> steps) {
  steps.insert(steps.end(), {0.0, 1.0});
  std::sort(steps.begin(), steps.end());
  steps.erase(std::unique(steps.begin(), steps.end(), [](double a, double b) { return b - a < kUtilizationTolerance; }), steps.end());
  return steps;
}

/// A table of operating points lists the groups of every gate at each step of u. UsageError where that is too much to hold.
void check_table_size(const std::vector<Gate>& gates, size_t steps) {
  size_t groups = 0;
  for (const Gate& gate : gates) groups += static_cast<size_t>(gate.groups);
  if (groups <= kMostGroups && steps <= kMostListedGroups / std::max<size_t>(1, groups)) return;
  const auto widest = std::max_element(gates.begin(), gates.end(), [](const Gate& a, const Gate& b) { return a.groups < b.groups; });
  throw UsageError(fmt::format(
      "{} gate{} (the widest, '{}', of {} groups) in {} steps of u are too many for a table of operating points (allowed: {} groups "
      "of all gates, {} times the steps)",
      gates.size(), gates.size() == 1 ? "" : "s", widest->name, widest->groups, steps, kMostGroups, kMostListedGroups));
}

/// d/D of the finest gate where that lies in the step, else the step's middle.
double canonical_utilization(double begin, double end, int finest, Rounding rounding) {
  if (end - begin < kNarrowStep) return rounding == Rounding::ceil ? end : begin;
  const double below = rounding == Rounding::ceil ? kUtilizationTolerance : -kUtilizationTolerance;
  const double k = std::floor((end + below) * finest);
  const double u = k / finest;
  const bool inside = rounding == Rounding::ceil ? (u > begin + kUtilizationTolerance && u <= end + kUtilizationTolerance)
                                                 : (u >= begin - kUtilizationTolerance && (u < end - kUtilizationTolerance || end == 1.0));
  return inside && u > 0 ? std::min(1.0, u) : (end == 1.0 ? 1.0 : (begin + end) / 2);
}

}  // namespace

double check_utilization(double u) {
  if (!(u > 0.0 && u <= 1.0)) throw UsageError(fmt::format("utilization {} is outside (0, 1]", u));
  return u;
}

int active_group_count(double u, int groups, Rounding rounding, int min_active) {
  check_utilization(u);
  const double steps =
      rounding == Rounding::ceil ? std::ceil((u - kUtilizationTolerance) * groups) : std::floor((u + kUtilizationTolerance) * (groups + 1));
  return std::clamp(static_cast<int>(steps), std::min(min_active, groups), groups);
}

int least_active(const GatingRule& rule, const Gate& gate) {
  return gate.kind == GateKind::channel ? std::max(gate.min_active, rule.min_active) : gate.min_active;
}

int active_group_count(const GatingRule& rule, const Gate& gate, double u) {
  return active_group_count(u, gate.groups, rule.rounding, least_active(rule, gate));
}

int point_at(const std::vector<OperatingPoint>& points, double u, Rounding rounding) {
  check_utilization(u);
  if (points.empty()) throw UsageError("the model has no operating point");
  int index = 0;
  for (int i = 0; i < static_cast<int>(points.size()); ++i) {
    const double begin = points[static_cast<size_t>(i)].u_begin;
    if (rounding == Rounding::ceil ? u > begin + kUtilizationTolerance : u >= begin - kUtilizationTolerance) index = i;
  }
  return index;
}

Configuration GatingStrategy::configuration_at(double u, uint64_t seed) const {
  uint64_t bits = 0;  // std::bit_cast is not there in GCC 10
  std::memcpy(&bits, &u, sizeof u);
  RandomStream random(seed, RandomPurpose::gating, {bits});
  return configuration(check_utilization(u), random);
}

std::vector<int> GatingStrategy::counts(double u) const {
  std::vector<int> counts;
  for (const Gate& gate : gates_) counts.push_back(active_group_count(rule_, gate, u));
  return counts;
}

std::vector<double> GatingStrategy::steps() const {
  std::vector<double> steps;
  for (const Gate& gate : gates_) {
    const int divisor = rule_.rounding == Rounding::ceil ? gate.groups : gate.groups + 1;
    for (int k = 1; k < divisor; ++k) steps.push_back(static_cast<double>(k) / divisor);
  }
  return steps;
}

int GatingStrategy::finest_cardinality() const {
  int finest = 1;
  for (const Gate& gate : gates_) finest = std::max(finest, gate.groups);
  return finest;
}

Configuration GatingStrategy::first_groups(double u) const {
  const std::vector<int> active = counts(u);
  Configuration configuration;
  for (size_t g = 0; g < gates_.size(); ++g) configuration.gates.push_back(ActiveGroups::first(gates_[g].groups, active[g]));
  return configuration;
}

std::vector<OperatingPoint> GatingStrategy::operating_points(uint64_t seed) const {
  check_table_size(gates_, 1);
  const std::vector<double> bounds = sorted_steps(steps());
  check_table_size(gates_, bounds.size());
  std::vector<OperatingPoint> points;
  std::vector<int> counts_before;
  for (size_t i = 0; i + 1 < bounds.size(); ++i) {
    const double u = canonical_utilization(bounds[i], bounds[i + 1], finest_cardinality(), rule_.rounding);
    std::vector<int> active = counts((bounds[i] + bounds[i + 1]) / 2);
    if (!points.empty() && active == counts_before) {
      points.back().u_end = bounds[i + 1];
      points.back().u = u;
      if (is_random()) points.back().configuration = configuration_at(u, seed);
    } else {
      points.push_back({u, bounds[i], bounds[i + 1], configuration_at(u, seed)});
    }
    counts_before = std::move(active);
  }
  return points;
}

namespace {

template <typename Strategy>
std::unique_ptr<GatingStrategy> make(const Graph& graph, const GatingRule& rule, const std::vector<OperatingPoint>&) {
  return std::make_unique<Strategy>(graph, rule);
}

std::unique_ptr<GatingStrategy> make_learned(const Graph& graph, const GatingRule& rule, const std::vector<OperatingPoint>& points) {
  return std::make_unique<LearnedGating>(graph, rule, points);
}

struct KnownStrategy {
  const char* name;
  std::unique_ptr<GatingStrategy> (*make)(const Graph&, const GatingRule&, const std::vector<OperatingPoint>&);
};
constexpr KnownStrategy kStrategies[] = {
    {"nested", make<NestedGating>},
    {"independent", make<IndependentGating>},
    {"depthwise_nested", make<DepthwiseNestedGating>},
    {"concrete", make_learned},
    {"reinforce", make_learned},
    {"reds", make_learned},
    {"searched", make_learned},
};

}  // namespace

std::vector<std::string> gating_strategy_names() {
  std::vector<std::string> names;
  for (const KnownStrategy& strategy : kStrategies) names.emplace_back(strategy.name);
  return names;
}

std::unique_ptr<GatingStrategy> make_gating_strategy(const Graph& graph, const GatingRule& rule,
                                                     const std::vector<OperatingPoint>& points) {
  if (rule.min_active < 0) throw UsageError(fmt::format("gating.min_active {} is negative", rule.min_active));
  for (const Gate& gate : graph.gates())
    if (gate.kind == GateKind::channel && rule.min_active > gate.groups)
      throw UsageError(fmt::format("gating.min_active {} exceeds the {} groups of gate '{}'", rule.min_active, gate.groups, gate.name));
  for (const KnownStrategy& strategy : kStrategies)
    if (rule.strategy == strategy.name) return strategy.make(graph, rule, points);
  throw UsageError(unknown_name_message("gating strategy", rule.strategy, gating_strategy_names()));
}

bool is_table_strategy(const std::string& name) {
  for (const KnownStrategy& strategy : kStrategies)
    if (name == strategy.name) return strategy.make == make_learned;
  return false;
}

Rounding rounding_from_name(const std::string& name) { return value_from_name(kRoundings, "rounding", name); }
std::string rounding_name(Rounding rounding) { return name_of_value(kRoundings, rounding); }

}  // namespace tnn
