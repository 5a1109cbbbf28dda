#include "control/rules_governor.h"

#include <algorithm>

#include "core/error.h"
#include "gating/gating_strategy.h"

namespace tnn {
namespace {

using Quantity = GovernorRule::Quantity;

double value_of(const Reading& reading, int quantity) noexcept {
  switch (static_cast<Quantity>(quantity)) {
    case Quantity::temperature_c:
      return reading.temperature_c;
    case Quantity::power_mw:
      return reading.power_mw;
    case Quantity::battery:
      return reading.battery;
    case Quantity::load:
      return reading.load;
  }
  return kNoReading;
}

/// Charge and load may stay where they are for hours.
WatchOptions watch_of(Quantity quantity) {
  switch (quantity) {
    case Quantity::temperature_c:
      return temperature_watch();
    case Quantity::power_mw:
      return power_watch();
    case Quantity::battery:
      return {0, 1, 0, 0, 120, false};
    case Quantity::load:
      return {0, 1e6, 0, 0, 10, false};
  }
  return {};
}

int point_below(double u, const std::vector<GovernedPoint>& points) {
  int found = 0;
  for (size_t i = 0; i < points.size(); ++i)
    if (points[i].u <= u + kUtilizationTolerance) found = static_cast<int>(i);
  return found;
}

}  // namespace

RulesGovernor::RulesGovernor(const RuleTable& table, const std::vector<GovernedPoint>& points, int lowest)
    : Governor(lowest),
      otherwise_(point_below(table.otherwise, points)),
      lowest_(lowest),
      watches_{SensorWatch(watch_of(Quantity::temperature_c)), SensorWatch(watch_of(Quantity::power_mw)),
               SensorWatch(watch_of(Quantity::battery)), SensorWatch(watch_of(Quantity::load))} {
  check_rules(table);
  if (points.empty() || lowest < 0 || lowest >= static_cast<int>(points.size())) throw UsageError("the smallest point does not exist");
  for (const GovernorRule& rule : table.rules) {
    rules_.push_back({rule, point_below(rule.u, points)});
    used_[static_cast<int>(rule.quantity)] = true;
  }
}

int RulesGovernor::decide(const Reading& reading) noexcept {
  bool usable[kQuantities] = {};
  unsigned notices = 0;
  int64_t ignored = 0;
  for (int i = 0; i < kQuantities; ++i) {
    if (!used_[i]) continue;
    usable[i] = watches_[i].take(reading.time_s, value_of(reading, i));
    notices |= watches_[i].notices();
    ignored += watches_[i].ignored();
  }
  int next = otherwise_;
  for (State& state : rules_) {
    const GovernorRule& rule = state.rule;
    const auto i = static_cast<int>(rule.quantity);
    if (usable[i]) {
      const double value = value_of(reading, i);
      const bool begins = rule.above ? value >= rule.limit : value <= rule.limit;
      const bool ceases = rule.above ? value <= rule.until : value >= rule.until;
      state.holds = begins || (state.holds && !ceases);
    }
    if (state.holds || watches_[i].is_frozen() || watches_[i].is_missing()) next = std::min(next, state.point);
  }
  told_.notices = notices, told_.ignored = ignored;
  return std::max(next, lowest_);
}

}  // namespace tnn
