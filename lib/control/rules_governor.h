#pragma once

#include <vector>

#include "control/point_profile.h"
#include "control/sensor_watch.h"
#include "recipe/rule_table.h"

namespace tnn {

/// Goes by a table of rules: the lowest u of all rules that hold. A rule whose reading is missing or frozen counts as holding, which is the
/// safe side, and is told.
class RulesGovernor : public Governor {
 public:
  /// `points`: of the network, by rising u. A rule's u is the largest operating point whose u is not above it, else the smallest one; no
  /// point below `lowest` is taken. UsageError where the table is not usable.
  RulesGovernor(const RuleTable& table, const std::vector<GovernedPoint>& points, int lowest);

 private:
  static constexpr int kQuantities = 4;
  struct State {
    GovernorRule rule;
    int point;
    bool holds = true;  ///< until a reading says that it does not
  };
  int decide(const Reading& reading) noexcept override;

  std::vector<State> rules_;
  int otherwise_, lowest_;
  SensorWatch watches_[kQuantities];
  bool used_[kQuantities] = {};
};

}  // namespace tnn
