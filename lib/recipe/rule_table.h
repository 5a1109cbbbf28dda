#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace tnn {

/// One row of a rule table: from which reading on a utilization is the highest, and until when.
struct GovernorRule {
  enum class Quantity { temperature_c, power_mw, battery, load };
  Quantity quantity = Quantity::temperature_c;
  bool above = true;  ///< holds from `limit` upwards; else from `limit` downwards
  double limit = 0;   ///< the reading beyond which the rule begins to hold
  double until = 0;   ///< the reading at which it ceases to: below `limit` where `above`, else above it (hysteresis)
  double u = 1;       ///< highest utilization while it holds, in (0, 1]
  bool operator==(const GovernorRule&) const = default;
};
std::string quantity_name(GovernorRule::Quantity quantity);  ///< "temperature_c"
/// By its name; UsageError lists them.
GovernorRule::Quantity quantity_from_name(const std::string& name);

/// What each rule caps together: the lowest u of all rules that hold, `otherwise` where none does.
struct RuleTable {
  double otherwise = 1;
  std::vector<GovernorRule> rules;
  bool operator==(const RuleTable&) const = default;
};

/// UsageError, naming the rule by its number from 0, where u is outside (0, 1] or the hysteresis lies on the wrong side.
void check_rules(const RuleTable& table);

/// Reads a rule table, strictly:
///
///     otherwise: 1                # u where no rule holds; 1 where it is left out
///     rules:
///       - {when: temperature_c, above: 80, until: 75, u: 0.25}
///       - {when: battery, below: 0.2, until: 0.25, u: 0.5}
///
/// UsageError "file:line:column: key ..." for what is unknown, missing, given twice, of another type or out of range; DataError where the
/// file cannot be read.
RuleTable read_rule_table(const std::filesystem::path& file);

}  // namespace tnn
