#include "recipe/schema.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <unordered_map>

namespace tnn {
namespace {

/// Writes each alternative of RecipeValue as YAML.
struct YamlWriter {
  bool plain;       ///< choices need no quotes
  bool item_alone;  ///< a list of one value needs no brackets

  std::string operator()(bool value) const { return value ? "true" : "false"; }
  std::string operator()(int64_t value) const { return fmt::format("{}", value); }
  std::string operator()(double value) const { return number_text(value); }
  std::string operator()(const std::string& value) const { return plain ? value : yaml_text(value); }
  std::string operator()(const std::pair<std::string, std::string>& pair) const {
    return fmt::format("[{}, {}]", yaml_text(pair.first), yaml_text(pair.second));
  }
  template <typename T>
  std::string operator()(const std::vector<T>& values) const {
    if (item_alone && values.size() == 1) return (*this)(values.front());
    std::string out = "[";
    for (const auto& value : values) out += (out.size() > 1 ? ", " : "") + (*this)(value);
    return out + "]";
  }
};

}  // namespace

std::string yaml_text(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;  // recipe texts hold no control characters
  }
  return out + '"';
}

bool Range::contains(double number) const {
  return (low_inclusive ? number >= low : number > low) && (high_inclusive ? number <= high : number < high);
}

std::string Range::text() const {
  if (std::isinf(low) && std::isinf(high)) return "any number";
  if (std::isinf(high)) return (low_inclusive ? "at least " : "above ") + number_text(low);
  if (std::isinf(low)) return (high_inclusive ? "at most " : "below ") + number_text(high);
  return fmt::format("{}{}, {}{}", low_inclusive ? '[' : '(', number_text(low), number_text(high), high_inclusive ? ']' : ')');
}

const RecipeKey* find_recipe_key(const std::string& path) {
  static const auto index = [] {
    std::unordered_map<std::string, const RecipeKey*> by_path;
    for (const auto& key : recipe_keys()) by_path.emplace(key.path, &key);
    return by_path;
  }();
  const auto found = index.find(path);
  return found == index.end() ? nullptr : found->second;
}

namespace {

const RecipeSection& section_of(const RecipeKey& key) {
  for (const RecipeSection& section : recipe_sections())
    if (section.name == key.section()) return section;
  throw std::logic_error("recipe key '" + key.path + "' has no section");
}

}  // namespace

bool decides_stage(const RecipeKey& key, const std::string& stage) {
  const std::vector<std::string>& decided = key.decides ? *key.decides : section_of(key).decides;
  return std::find(decided.begin(), decided.end(), stage) != decided.end();
}

bool is_of_trained_model(const RecipeKey& key) { return key.of_trained_model || section_of(key).of_trained_model; }

std::vector<std::string> recipe_section_names() {
  std::vector<std::string> names;
  for (const auto& section : recipe_sections()) names.push_back(section.name);
  return names;
}

std::set<std::string> recipe_stage_names() {
  std::set<std::string> names;
  for (const auto& section : recipe_sections()) names.insert(section.decides.begin(), section.decides.end());
  for (const auto& key : recipe_keys())
    if (key.decides) names.insert(key.decides->begin(), key.decides->end());
  return names;
}

std::vector<std::string> recipe_key_names(const std::string& section) {
  std::vector<std::string> names;
  for (const auto& key : recipe_keys())
    if (key.section() == section) names.push_back(key.name());
  return names;
}

namespace {

std::string type_name(KeyType type) {
  switch (type) {
    case KeyType::boolean:
      return "boolean";
    case KeyType::integer:
      return "integer";
    case KeyType::real:
      return "real";
    case KeyType::text:
      return "text";
    case KeyType::choice:
      return "choice";
    case KeyType::integers:
      return "list of integers";
    case KeyType::reals:
      return "list of reals";
    case KeyType::texts:
      return "list of texts";
    case KeyType::text_pairs:
      return "list of pairs of texts";
  }
  return "";
}

}  // namespace

std::string key_type_name(const RecipeKey& key) {
  if (key.or_item && key.type == KeyType::integers) return "integer or " + type_name(key.type);
  return type_name(key.type);
}

std::string allowed_values(const RecipeKey& key) {
  std::string allowed;
  if (key.is_list() && key.range) allowed = "each in ";
  if (key.is_list() && !key.choices.empty()) allowed = "each one of ";
  if (key.range) allowed += key.range->text();
  if (!key.choices.empty()) allowed += fmt::format("{}", fmt::join(key.choices, ", "));
  if (key.is_list() && key.min_items == key.max_items)
    allowed += fmt::format("{}{} values", allowed.empty() ? "" : "; ", key.min_items);
  else if (key.is_list() && key.max_items < 1000)
    allowed += fmt::format("{}{} to {} values", allowed.empty() ? "" : "; ", key.min_items, key.max_items);
  else if (key.is_list() && key.min_items > 0)
    allowed += fmt::format("{}at least {} value{}", allowed.empty() ? "" : "; ", key.min_items, key.min_items == 1 ? "" : "s");
  return allowed;
}

std::string yaml_value(const RecipeKey& key, const RecipeValue& value) {
  return std::visit(YamlWriter{key.type == KeyType::choice || !key.choices.empty(), key.or_item}, value);
}

std::string number_text(double number) {
  if (number == std::floor(number) && std::abs(number) < 1e16) return fmt::format("{}", static_cast<int64_t>(number));
  return fmt::format("{}", number);
}

}  // namespace tnn
