#include "gating/gating_strategy.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>

#include "core/error.h"
#include "gating/independent.h"
#include "gating/nested.h"

namespace tnn {
namespace {

constexpr double kStepTolerance = 1e-9;  // u = k/D is not exact in binary: what lies this close to a step counts as on it

/// Utilizations between which the number of active groups of any gate changes, rising, from 0 to 1.
std::vector<double> steps_of(const std::vector<Gate>& gates, Rounding rounding) {
  std::vector<double> steps{0.0, 1.0};
  for (const Gate& gate : gates) {
    const int divisor = rounding == Rounding::ceil ? gate.groups : gate.groups + 1;
    for (int k = 1; k < divisor; ++k) steps.push_back(static_cast<double>(k) / divisor);
  }
  std::sort(steps.begin(), steps.end());
  steps.erase(std::unique(steps.begin(), steps.end(), [](double a, double b) { return b - a < kStepTolerance; }), steps.end());
  return steps;
}

/// d/D of the finest gate where that lies in the step, else the step's middle.
double canonical_utilization(double begin, double end, int finest, Rounding rounding) {
  const double below = rounding == Rounding::ceil ? kStepTolerance : -kStepTolerance;
  const double k = std::floor((end + below) * finest);
  const double u = k / finest;
  const bool inside = rounding == Rounding::ceil ? (u > begin + kStepTolerance && u <= end + kStepTolerance)
                                                 : (u >= begin - kStepTolerance && (u < end - kStepTolerance || end == 1.0));
  return inside && u > 0 ? std::min(1.0, u) : (end == 1.0 ? 1.0 : (begin + end) / 2);
}

}  // namespace

double check_utilization(double u) {
  if (!(u > 0.0 && u <= 1.0)) throw UsageError(fmt::format("utilization {} is outside (0, 1]", u));
  return u;
}

int active_group_count(double u, int groups, Rounding rounding, int min_active) {
  check_utilization(u);
  const double steps = rounding == Rounding::ceil ? std::ceil(u * groups - kStepTolerance) : std::floor(u * (groups + 1) + kStepTolerance);
  return std::clamp(static_cast<int>(steps), std::min(min_active, groups), groups);
}

int active_group_count(const GatingRule& rule, const Gate& gate, double u) {
  const int min_active = gate.kind == GateKind::channel ? std::max(gate.min_active, rule.min_active) : gate.min_active;
  return active_group_count(u, gate.groups, rule.rounding, min_active);
}

Configuration GatingStrategy::configuration_at(double u, uint64_t seed) const {
  uint64_t bits = 0;  // std::bit_cast is not there in GCC 10
  std::memcpy(&bits, &u, sizeof u);
  RandomStream random(seed, RandomPurpose::gating, {bits});
  return configuration(check_utilization(u), random);
}

std::vector<OperatingPoint> GatingStrategy::operating_points(uint64_t seed) const {
  int finest = 1;
  for (const Gate& gate : gates_) finest = std::max(finest, gate.groups);
  const auto steps = steps_of(gates_, rule_.rounding);
  std::vector<OperatingPoint> points;
  std::vector<int> counts_before;
  for (size_t i = 0; i + 1 < steps.size(); ++i) {
    const double middle = (steps[i] + steps[i + 1]) / 2, u = canonical_utilization(steps[i], steps[i + 1], finest, rule_.rounding);
    std::vector<int> counts;
    for (const Gate& gate : gates_) counts.push_back(count(gate, middle));
    if (!points.empty() && counts == counts_before) {
      points.back().u_end = steps[i + 1];
      points.back().u = u;
      if (is_random()) points.back().configuration = configuration_at(u, seed);
    } else {
      points.push_back({u, steps[i], steps[i + 1], configuration_at(u, seed)});
    }
    counts_before = std::move(counts);
  }
  return points;
}

std::vector<std::string> gating_strategy_names() { return {"nested", "independent"}; }

std::unique_ptr<GatingStrategy> make_gating_strategy(const Graph& graph, const GatingRule& rule) {
  if (rule.min_active < 0) throw UsageError(fmt::format("gating.min_active {} is negative", rule.min_active));
  for (const Gate& gate : graph.gates())
    if (gate.kind == GateKind::channel && rule.min_active > gate.groups)
      throw UsageError(fmt::format("gating.min_active {} exceeds the {} groups of gate '{}'", rule.min_active, gate.groups, gate.name));
  if (rule.strategy == "nested") return std::make_unique<NestedGating>(graph, rule);
  if (rule.strategy == "independent") return std::make_unique<IndependentGating>(graph, rule);
  throw UsageError(unknown_name_message("gating strategy", rule.strategy, gating_strategy_names()));
}

Rounding rounding_from_name(const std::string& name) {
  if (name == "floor_plus_one") return Rounding::floor_plus_one;
  if (name == "ceil") return Rounding::ceil;
  throw UsageError(unknown_name_message("rounding", name, {"floor_plus_one", "ceil"}));
}

std::string rounding_name(Rounding rounding) { return rounding == Rounding::ceil ? "ceil" : "floor_plus_one"; }

}  // namespace tnn
