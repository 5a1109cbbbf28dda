#include "formats/pretrained/name_rules.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/error.h"
#include "core/printable.h"

namespace tnn {
namespace {

constexpr std::ptrdiff_t kMostStars = 4;  // a search takes time that grows with the power of their number

/// The pattern as a regular expression.
std::string expression_of(const std::string& pattern) {
  if (pattern.substr(0, 1) == "^") return pattern;
  std::string expression = "^";
  for (const char c : pattern) {
    if (c == '*') {
      expression += "(.*?)";
      continue;
    }
    if (std::string_view(R"(.^$|()[]{}+?\)").find(c) != std::string_view::npos) expression += '\\';
    expression += c;
  }
  const bool open = pattern.empty() || pattern.back() == '.';
  return expression + (open ? "" : "(?=\\.|$)");
}

/// The replacement in the words of std::regex_replace: the n-th star is the n-th group.
std::string format_of(const std::string& pattern, const std::string& replacement) {
  if (pattern.substr(0, 1) == "^") return replacement;
  std::string format;
  int star = 0;
  for (const char c : replacement) format += c == '*' ? fmt::format("${:02}", ++star) : c == '$' ? "$$" : std::string(1, c);
  if (star > std::count(pattern.begin(), pattern.end(), '*'))
    throw UsageError(fmt::format("'{}' has more stars than '{}'", replacement, pattern));
  return format;
}

std::regex compiled(const std::string& pattern) {
  if (pattern.substr(0, 1) != "^" && std::count(pattern.begin(), pattern.end(), '*') > kMostStars)
    throw UsageError(fmt::format("'{}' has more than {} stars", printable_beginning(pattern), kMostStars));
  try {
    return std::regex(expression_of(pattern));
  } catch (const std::regex_error& error) {
    throw UsageError(fmt::format("'{}' is no regular expression: {}", pattern, error.what()));
  }
}

}  // namespace

NameRule::NameRule(const std::string& pattern, const std::string& replacement)
    : expression_(compiled(pattern)), replacement_(format_of(pattern, replacement)) {}

bool NameRule::matches(const std::string& name) const { return name.size() <= kLongestRuledName && std::regex_search(name, expression_); }

bool NameRule::apply(std::string& name) const {
  if (!matches(name)) return false;
  name = std::regex_replace(name, expression_, replacement_, std::regex_constants::format_first_only);
  return true;
}

NameRules::NameRules(const std::vector<std::pair<std::string, std::string>>& rules) {
  for (const auto& [pattern, replacement] : rules) rules_.emplace_back(pattern, replacement);
}

std::string NameRules::renamed(std::string name) const {
  for (const NameRule& rule : rules_) {
    if (rule.apply(name)) continue;
    std::string bare = without_wrappers(name);
    if (rule.apply(bare)) name = bare;
  }
  return name;
}

std::string without_wrappers(std::string name) {
  for (bool again = true; again;) {
    again = false;
    for (const std::string prefix : {"module.", "_orig_mod."})
      if (name.compare(0, prefix.size(), prefix) == 0) name.erase(0, prefix.size()), again = true;
  }
  return name;
}

}  // namespace tnn
