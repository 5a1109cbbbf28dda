#pragma once

#include <regex>
#include <string>
#include <utility>
#include <vector>

namespace tnn {

/// A pattern for names of tensors, and what takes the place of what it matches:
///
///     "model."          the beginning of a name
///     "linear"          the beginning, up to a dot or the end: of "linear.weight", not of "linear2.weight"
///     "layers.*.conv1"  likewise; * is any text, and the replacement's stars are the texts of the pattern's in their order
///     "^layers\.(\d+)"  a regular expression (ECMAScript) anywhere; $1 in the replacement is its first group
///
/// UsageError where a regular expression is none, or the replacement has more stars than the pattern.
class NameRule {
 public:
  explicit NameRule(const std::string& pattern, const std::string& replacement = "");

  /// Whether it matches; then `name` becomes what it is after the replacement. Names of more than kLongestRuledName characters never match.
  bool apply(std::string& name) const;
  bool matches(const std::string& name) const;

 private:
  std::regex expression_;
  std::string replacement_;
};

/// std::regex recurses over what it matches.
constexpr size_t kLongestRuledName = 500;

/// Applies rules one after another, each to what those before it left.
class NameRules {
 public:
  explicit NameRules(const std::vector<std::pair<std::string, std::string>>& rules);
  std::string renamed(std::string name) const;

 private:
  std::vector<NameRule> rules_;
};

/// `name` without "module." (DataParallel) and "_orig_mod." (torch.compile) at its beginning, in any number.
std::string without_wrappers(std::string name);

}  // namespace tnn
