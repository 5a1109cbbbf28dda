#include "recipe/govern_text.h"

#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <map>

#include "core/error.h"
#include "core/home_folder.h"
#include "recipe/recipe_text.h"
#include "recipe/value_reader.h"

namespace tnn {
namespace {

using Kind = GovernText::Kind;
constexpr size_t kShown = 120;  ///< bytes of a pair in messages

const Range kPositive{0, std::numeric_limits<double>::infinity(), false};

/// A kind of governor is the key that gives its target.
const std::vector<std::pair<RecipeKey, Kind>>& kinds() {
  static const std::vector<std::pair<RecipeKey, Kind>> all{
      {{"latency_ms", KeyType::real, {}, kPositive, "ms", ""}, Kind::latency},
      {{"deadline_ms", KeyType::real, {}, kPositive, "ms", ""}, Kind::deadline},
      {{"power_mw", KeyType::real, {}, kPositive, "mW", ""}, Kind::power},
      {{"temperature_c", KeyType::real, {}, Range{-273.15}, "degrees Celsius", ""}, Kind::temperature},
      {{"fixed", KeyType::real, {}, Range{0, 1, false, true}, "", ""}, Kind::fixed},
      {{"rules", KeyType::text, {}, {}, "", ""}, Kind::rules}};
  return all;
}

const std::vector<RecipeKey>& settings() {
  static const std::vector<RecipeKey> all{{"quantile", KeyType::real, {}, Range{0.5, 1, true, false}, "", ""},
                                          {"accuracy", KeyType::real, {}, Range{0, 1, false, true}, "", ""},
                                          {"floor", KeyType::choice, {}, {}, "", "", {"certified", "none"}}};
  return all;
}

std::string kind_names() {
  std::string names;
  for (const auto& [key, kind] : kinds()) names += (names.empty() ? "" : ", ") + key.path;
  return names;
}

std::vector<std::string> key_names() {
  std::vector<std::string> names;
  for (const auto& [key, kind] : kinds()) names.push_back(key.path);
  for (const RecipeKey& key : settings()) names.push_back(key.path);
  return names;
}

[[noreturn]] void fail(const std::string& pair, const std::string& message) {
  throw UsageError(fmt::format("--govern {}: {}", shortened_text(pair, kShown), message));
}

RecipeValue value_of(const RecipeKey& key, const std::string& text, const std::string& pair) {
  if (text.empty()) fail(pair, key.path + " has no value");
  const auto fault = [&](const YAML::Node&, const std::string& message) { fail(pair, message); };
  if (key.type == KeyType::text) return *read_value(key, YAML::Node(text), fault);  // a path, whatever YAML makes of it
  try {
    const YAML::Node node = load_yaml(text);
    if (node.IsNull()) fail(pair, key.path + " has no value");
    return *read_value(key, node, fault);
  } catch (const YAML::Exception& error) {
    fail(pair, key.path + " is no number: " + error.msg);
  }
}

void read_kind(GovernText& read, const RecipeKey& key, Kind kind, const std::string& text, const std::string& pair) {
  read.kind = kind;
  const RecipeValue value = value_of(key, text, pair);
  if (kind == Kind::rules)
    read.file = expand_home(std::get<std::string>(value));
  else
    read.value = std::get<double>(value);
  if (kind == Kind::deadline) read.quantile = kDeadlineQuantile;
}

void read_setting(GovernText& read, const RecipeKey& key, const std::string& text, const std::string& pair) {
  const RecipeValue value = value_of(key, text, pair);
  if (key.path == "floor")
    read.certified_floor = std::get<std::string>(value) == "certified";
  else
    (key.path == "accuracy" ? read.accuracy.emplace() : read.quantile) = std::get<double>(value);
}

}  // namespace

GovernText read_govern_text(const std::vector<std::string>& pairs) {
  GovernText read;
  std::map<std::string, std::string> given;  // key to pair
  const std::string* kind_pair = nullptr;
  std::vector<std::pair<const RecipeKey*, std::string>> later;
  for (const std::string& pair : pairs) {
    if (find_text_fault(pair) || pair.find_first_of("\r\n") != std::string::npos) fail(pair, "must be one line of UTF-8 text");
    const size_t equals = pair.find('=');
    if (equals == std::string::npos)
      fail(pair,
           fmt::format("must be key=value, with ',' between pairs (allowed: one of {}; and quantile, accuracy, floor)", kind_names()));
    const std::string key = pair.substr(0, equals), text = pair.substr(equals + 1);
    if (!given.emplace(key, pair).second) fail(pair, fmt::format("{} is given twice", key));
    const auto kind = std::find_if(kinds().begin(), kinds().end(), [&](const auto& row) { return row.first.path == key; });
    const auto setting = std::find_if(settings().begin(), settings().end(), [&](const RecipeKey& row) { return row.path == key; });
    if (kind != kinds().end()) {
      if (kind_pair) fail(pair, fmt::format("there is a target already: {}; a governor has one", shortened_text(*kind_pair, kShown)));
      kind_pair = &pair;
      read_kind(read, kind->first, kind->second, text, pair);
    } else if (setting != settings().end()) {
      later.emplace_back(&*setting, pair);
    } else {
      fail(pair, unknown_name_message("key", shortened_text(key, kShown), key_names()));
    }
  }
  if (!kind_pair) throw UsageError(fmt::format("--govern: no target is given (allowed: one of {})", kind_names()));
  for (const auto& [key, pair] : later) {
    if (key->path == "quantile" && read.kind != Kind::latency) fail(pair, "quantile goes with latency_ms only");
    read_setting(read, *key, pair.substr(pair.find('=') + 1), pair);
  }
  return read;
}

}  // namespace tnn
