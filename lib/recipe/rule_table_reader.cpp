#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <set>

#include "core/error.h"
#include "core/read_file.h"
#include "recipe/recipe_text.h"
#include "recipe/rule_table.h"
#include "recipe/value_reader.h"

namespace tnn {
namespace {

constexpr size_t kMostBytes = 1 << 20;
constexpr size_t kMostRules = 1000;

const RecipeKey kOtherwise{"otherwise", KeyType::real, 1.0, Range{0, 1, false, true}, "", ""};
const RecipeKey kUtilization{"u", KeyType::real, {}, Range{0, 1, false, true}, "", ""};

/// Reads one table; every complaint carries file, line, column and key.
class TableReader {
 public:
  explicit TableReader(const std::filesystem::path& file) : name_(file.string()), text_(read_file(file, kMostBytes)) {}

  RuleTable read() {
    if (const auto wrong = find_text_fault(text_))
      throw UsageError(fmt::format("{}:{}:{}: {}", name_, wrong->line, wrong->column, wrong->message));
    try {
      return read_table(load_yaml(text_));
    } catch (const YAML::Exception& error) {
      throw UsageError(fmt::format("{}: YAML syntax: {}", place(error.mark), error.msg));
    }
  }

 private:
  std::string place(const YAML::Mark& mark) const {
    return mark.is_null() ? name_ : fmt::format("{}:{}:{}", name_, mark.line + 1, mark.column + 1);
  }

  [[noreturn]] void fail(const YAML::Node& node, const std::string& what) const {
    throw UsageError(fmt::format("{}: {}", place(node.Mark()), what));
  }

  void check_keys(const YAML::Node& node, const std::string& what, const std::vector<std::string>& allowed) const {
    if (!node.IsMap()) fail(node, fmt::format("{} must hold the keys {}, not {}", what, fmt::join(allowed, ", "), described(node)));
    std::set<std::string> seen;
    for (const auto& entry : node) {
      const std::string key = entry.first.IsScalar() ? entry.first.Scalar() : "";
      if (std::find(allowed.begin(), allowed.end(), key) == allowed.end()) fail(entry.first, unknown_name_message("key", key, allowed));
      if (!seen.insert(key).second) fail(entry.first, fmt::format("key '{}' is given twice", key));
    }
  }

  RecipeValue value(const RecipeKey& key, const YAML::Node& node) const {
    std::optional<RecipeValue> read = read_value(key, node, [&](const YAML::Node& at, const std::string& message) { fail(at, message); });
    return *read;
  }

  double number(const YAML::Node& rule, const std::string& label, const char* name, const RecipeKey& like) const {
    const YAML::Node node = rule[name];
    if (!node) fail(rule, fmt::format("{} has no '{}'", label, name));
    RecipeKey key = like;
    key.path = label + "." + name;
    return std::get<double>(value(key, node));
  }

  /// What a quantity can be.
  static RecipeKey limit_key(GovernorRule::Quantity quantity) {
    const bool share = quantity == GovernorRule::Quantity::battery || quantity == GovernorRule::Quantity::load;
    const Range range = share ? Range{0, 1} : quantity == GovernorRule::Quantity::power_mw ? Range{0} : Range{-273.15};
    return {"", KeyType::real, {}, range, "", ""};
  }

  GovernorRule read_rule(const YAML::Node& node, const std::string& label) const {
    check_keys(node, label, {"when", "above", "below", "until", "u"});
    GovernorRule rule;
    if (!node["when"]) fail(node, fmt::format("{} has no 'when'", label));
    const RecipeKey when{label + ".when", KeyType::choice, {}, {}, "", "", {"temperature_c", "power_mw", "battery", "load"}};
    rule.quantity = quantity_from_name(std::get<std::string>(value(when, node["when"])));
    const RecipeKey limit = limit_key(rule.quantity);
    rule.above = static_cast<bool>(node["above"]);
    if (rule.above == static_cast<bool>(node["below"])) fail(node, fmt::format("{} must have one of 'above' and 'below'", label));
    rule.limit = number(node, label, rule.above ? "above" : "below", limit);
    rule.until = number(node, label, "until", limit);
    rule.u = number(node, label, "u", kUtilization);
    if (!(rule.above ? rule.until < rule.limit : rule.until > rule.limit))
      fail(node["until"], fmt::format("{}.until must be {} {}, where the rule begins to hold, not {}", label,
                                      rule.above ? "below" : "above", number_text(rule.limit), number_text(rule.until)));
    return rule;
  }

  RuleTable read_table(const YAML::Node& root) const {
    check_keys(root, "a rule table", {"otherwise", "rules"});
    RuleTable table;
    if (root["otherwise"]) table.otherwise = std::get<double>(value(kOtherwise, root["otherwise"]));
    const YAML::Node rules = root["rules"];
    if (!rules) fail(root, "key 'rules' is missing");
    if (!rules.IsSequence() || rules.size() == 0 || rules.size() > kMostRules)
      fail(rules, fmt::format("rules must be a list of 1 to {} rules, not {}", kMostRules,
                              rules.IsSequence() ? fmt::format("of {}", rules.size()) : described(rules)));
    for (const auto& rule : rules) table.rules.push_back(read_rule(rule, fmt::format("rules[{}]", table.rules.size())));
    return table;
  }

  std::string name_, text_;
};

}  // namespace

RuleTable read_rule_table(const std::filesystem::path& file) { return TableReader(file).read(); }

}  // namespace tnn
