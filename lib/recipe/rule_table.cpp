#include "recipe/rule_table.h"

#include <fmt/format.h>

#include "core/name_table.h"

namespace tnn {
namespace {

using Quantity = GovernorRule::Quantity;
constexpr NamedValue<Quantity> kQuantities[] = {
    {"temperature_c", Quantity::temperature_c}, {"power_mw", Quantity::power_mw}, {"battery", Quantity::battery}, {"load", Quantity::load}};

bool is_utilization(double u) { return u > 0 && u <= 1; }

}  // namespace

std::string quantity_name(Quantity quantity) { return name_of_value(kQuantities, quantity); }
Quantity quantity_from_name(const std::string& name) { return value_from_name(kQuantities, "when", name); }

void check_rules(const RuleTable& table) {
  if (!is_utilization(table.otherwise)) throw UsageError(fmt::format("otherwise: u = {} is outside (0, 1]", table.otherwise));
  for (size_t i = 0; i < table.rules.size(); ++i) {
    const GovernorRule& rule = table.rules[i];
    if (!is_utilization(rule.u)) throw UsageError(fmt::format("rules[{}]: u = {} is outside (0, 1]", i, rule.u));
    if (!(rule.above ? rule.until < rule.limit : rule.until > rule.limit))
      throw UsageError(fmt::format("rules[{}]: until is {} (allowed: {} {}, where the rule begins to hold)", i, rule.until,
                                   rule.above ? "below" : "above", rule.limit));
  }
}

}  // namespace tnn
