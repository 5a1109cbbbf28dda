#include "recipe/recipe.h"

#include <fmt/format.h>

#include <stdexcept>

namespace tnn {
namespace {

const RecipeKey& declared_key(const std::string& path) {
  if (const RecipeKey* key = find_recipe_key(path)) return *key;
  throw std::logic_error("recipe key '" + path + "' is not in the schema");
}

}  // namespace

Recipe Recipe::load(const std::filesystem::path& path, const Overrides& overrides) {
  RecipeReader reader;
  reader.read_file(path);
  for (const auto& text : overrides) reader.read_override(text);
  reader.require_keys(path.string());
  return {reader, path.stem().string()};
}

Recipe Recipe::parse(const std::string& yaml, const std::string& name, const Overrides& overrides) {
  RecipeReader reader;
  reader.read_text(yaml, name);
  for (const auto& text : overrides) reader.read_override(text);
  reader.require_keys(name);
  return {reader, std::filesystem::path(name).stem().string()};
}

Recipe Recipe::defaults(const Overrides& overrides) {
  RecipeReader reader;
  for (const auto& text : overrides) reader.read_override(text);
  return {reader, ""};
}

const RecipeValue* Recipe::find(const RecipeKey& key) const {
  const auto found = given_.find(key.path);
  if (found != given_.end()) return &found->second.value;
  return key.default_value ? &*key.default_value : nullptr;
}

template <typename T>
const T& Recipe::get(const std::string& path) const {
  const RecipeKey& key = declared_key(path);
  const RecipeValue* value = find(key);
  if (!value) throw UsageError(fmt::format("{} is required; give it with --set {}=...", path, path));
  if (const T* typed = std::get_if<T>(value)) return *typed;
  throw std::logic_error(fmt::format("recipe key '{}' is read as another type than {}", path, key_type_name(key)));
}

template const bool& Recipe::get(const std::string&) const;
template const int64_t& Recipe::get(const std::string&) const;
template const double& Recipe::get(const std::string&) const;
template const std::string& Recipe::get(const std::string&) const;
template const std::vector<int64_t>& Recipe::get(const std::string&) const;
template const std::vector<double>& Recipe::get(const std::string&) const;
template const std::vector<std::string>& Recipe::get(const std::string&) const;
template const TextPairs& Recipe::get(const std::string&) const;

bool Recipe::is_default(const std::string& path) const { return given_.count(declared_key(path).path) == 0; }

bool Recipe::has_default_value(const std::string& path) const {
  const RecipeKey& key = declared_key(path);
  const RecipeValue* value = find(key);
  return value && key.default_value && *value == *key.default_value;
}

std::string Recipe::where(const std::string& path) const {
  const auto found = given_.find(declared_key(path).path);
  return found == given_.end() ? "default" : found->second.where;
}

UsageError Recipe::fault(const std::string& path, const std::string& message) const {
  return UsageError(fmt::format("{}: {}", is_default(path) ? path + " (default)" : where(path), message));
}

std::map<std::string, std::string> Recipe::deciding_values(const std::string& stage) const {
  std::map<std::string, std::string> values;
  for (const RecipeKey& key : recipe_keys())
    if (const RecipeValue* value = decides_stage(key, stage) ? find(key) : nullptr) values[key.path] = yaml_value(key, *value);
  return values;
}

std::string Recipe::resolved_yaml() const {
  std::string yaml;
  for (const auto& section : recipe_sections()) {
    yaml += section.name + ":\n";
    for (const auto& key : recipe_keys()) {
      const RecipeValue* value = key.section() == section.name ? find(key) : nullptr;
      if (value) yaml += fmt::format("  {}: {}\n", key.name(), yaml_value(key, *value));
    }
  }
  return yaml;
}

}  // namespace tnn
