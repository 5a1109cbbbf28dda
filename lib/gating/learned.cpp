#include "gating/learned.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <cmath>
#include <numeric>

#include "core/error.h"
#include "core/name_table.h"

namespace tnn {

LearnedGating::LearnedGating(const Graph& graph, GatingRule rule, std::vector<OperatingPoint> points)
    : GatingStrategy(graph, std::move(rule)), points_(std::move(points)) {
  if (points_.empty())
    throw UsageError(
        fmt::format("gating strategy '{}' is a table in a model file: gates.method trains one, tnn convert-reds and tnn search make one",
                    GatingStrategy::rule().strategy));
}

Configuration LearnedGating::configuration(double u, RandomStream&) const {
  return points_[static_cast<size_t>(point_at(points_, u, rule_.rounding))].configuration;
}

std::vector<OperatingPoint> LearnedGating::operating_points(uint64_t) const { return points_; }

Hardening hardening_from_name(const std::string& name) {
  static constexpr NamedValue<Hardening> kNames[] = {{"threshold", Hardening::threshold}, {"expected_count", Hardening::expected_count}};
  return value_from_name(kNames, "hardening", name);
}

namespace {

ActiveGroups most_probable(const std::vector<double>& probabilities, Hardening hardening, int least) {
  const auto groups = static_cast<int>(probabilities.size());
  const double expected =
      hardening == Hardening::expected_count
          ? std::round(std::accumulate(probabilities.begin(), probabilities.end(), 0.0))
          : static_cast<double>(std::count_if(probabilities.begin(), probabilities.end(), [](double p) { return p > 0.5; }));
  std::vector<int> order(probabilities.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(),
                   [&](int a, int b) { return probabilities[static_cast<size_t>(a)] > probabilities[static_cast<size_t>(b)]; });
  order.resize(static_cast<size_t>(std::clamp(static_cast<int>(expected), std::min(least, groups), groups)));
  return ActiveGroups::of(groups, std::move(order));
}

}  // namespace

Configuration harden(const Graph& graph, const GateProbabilities& probabilities, Hardening hardening, int min_active) {
  assert(probabilities.size() == graph.gates().size());
  GatingRule rule;
  rule.min_active = min_active;
  Configuration configuration;
  for (size_t g = 0; g < probabilities.size(); ++g)
    configuration.gates.push_back(most_probable(probabilities[g], hardening, least_active(rule, graph.gates()[g])));
  return configuration;
}

std::vector<OperatingPoint> learned_operating_points(const std::vector<double>& utilizations,
                                                     const std::vector<Configuration>& configurations) {
  assert(utilizations.size() == configurations.size());
  std::vector<OperatingPoint> points;
  for (size_t i = 0; i < utilizations.size(); ++i) {
    if (points.empty() || !(points.back().configuration == configurations[i]))
      points.push_back({utilizations[i], i == 0 ? 0.0 : utilizations[i - 1], utilizations[i], configurations[i]});
    points.back().u = points.back().u_end = utilizations[i];
  }
  return points;
}

}  // namespace tnn
