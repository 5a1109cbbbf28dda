#include "recipe/recipe_reader.h"

#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <utility>

#include "core/error.h"
#include "core/home_folder.h"
#include "recipe/recipe_text.h"
#include "recipe/unknown_key.h"
#include "recipe/value_reader.h"

namespace tnn {
namespace {

constexpr size_t kShownOverride = 120;  ///< bytes of a --set in messages

std::string position(const std::string& name, const YAML::Mark& mark) {
  return mark.is_null() ? name : fmt::format("{}:{}:{}", name, mark.line + 1, mark.column + 1);
}

}  // namespace

void RecipeReader::fault(const std::string& where, const std::string& message) {
  std::string line = where + ": " + message;
  if (known_faults_.insert(line).second && !shows_no_more()) faults_.push_back(std::move(line));
}

std::string RecipeReader::at(const YAML::Node& node) const { return position(name_, node.Mark()); }

void RecipeReader::read_file(const std::filesystem::path& path) { read_included(path, path.string()); }

void RecipeReader::read_text(const std::string& text, const std::string& name) {
  const std::string including = std::exchange(name_, name);
  files_.push_back(recipe_file_identity(name));
  if (const auto wrong = find_text_fault(text)) {
    unreadable_ = true;
    fault(fmt::format("{}:{}:{}", name_, wrong->line, wrong->column), wrong->message);
  } else {
    try {
      read_document(load_yaml(text));
    } catch (const YAML::Exception& error) {
      unreadable_ = true;
      fault(position(name_, error.mark), "YAML syntax: " + error.msg);
    }
  }
  files_.pop_back();
  name_ = including;
}

void RecipeReader::read_document(const YAML::Node& root) {
  if (!root.IsMap()) {
    unreadable_ = true;
    if (root.IsNull()) return fault(name_, "the file is empty; a recipe has sections, such as model, data and training");
    return fault(at(root), "a recipe holds sections, such as 'training:', not " + described(root));
  }
  read_includes(root);
  std::set<std::string> seen;
  for (const auto& entry : root) {
    if (!entry.first.IsScalar()) {
      fault(at(entry.first), "the name of a section must be a text, not " + described(entry.first));
      continue;
    }
    const std::string& name = entry.first.Scalar();
    if (!seen.insert(name).second) fault(at(entry.first), fmt::format("{} is here a second time; keep one", quoted_text(name)));
    if (name != "include") read_section(entry.first, entry.second);
  }
}

void RecipeReader::read_section(const YAML::Node& name_node, const YAML::Node& keys) {
  const std::string section = name_node.Scalar();
  const auto sections = recipe_section_names();
  if (std::find(sections.begin(), sections.end(), section) == sections.end())
    return fault(at(name_node), shows_no_more() ? "unknown section" : unknown_section_message(section));
  if (keys.IsNull()) return;
  if (!keys.IsMap()) return fault(at(keys), fmt::format("section '{}' holds keys, not {}", section, described(keys)));
  std::set<std::string> seen;
  for (const auto& entry : keys) {
    if (!entry.first.IsScalar()) {
      fault(at(entry.first), fmt::format("a key of section '{}' must be a text, not {}", section, described(entry.first)));
      continue;
    }
    const std::string& name = entry.first.Scalar();
    const RecipeKey* key = find_recipe_key(section + '.' + name);
    if (!key)
      fault(at(entry.first), shows_no_more() ? "unknown key" : unknown_key_message(section, name));
    else if (!seen.insert(name).second)
      fault(at(entry.first), fmt::format("{} is here a second time; keep one", key->path));
    else
      read_key(*key, entry.first, entry.second);
  }
}

void RecipeReader::read_key(const RecipeKey& key, const YAML::Node& name_node, const YAML::Node& value_node) {
  mentioned_.insert(key.path);
  if (value_node.IsNull()) {
    const std::string advice = key.type == KeyType::text ? "; write \"\" for an empty text"
                               : key.is_list()           ? "; write [] for an empty list"
                                                         : "";
    return fault(at(name_node),
                 fmt::format("{} has no value{}{}", key.path, advice, key.names_path ? "; ~ alone is YAML's word for none" : ""));
  }
  const auto fault_at = [this](const YAML::Node& node, const std::string& message) { fault(at(node), message); };
  if (auto value = read_value(key, value_node, fault_at)) give(key, std::move(*value), at(value_node));
}

void RecipeReader::give(const RecipeKey& key, RecipeValue value, const std::string& where) {
  try {
    if (key.names_path) value = expand_home(std::get<std::string>(value));
    given_.insert_or_assign(key.path, GivenValue{std::move(value), where});
  } catch (const UsageError& error) {  // of ~name
    fault(where, fmt::format("{}: {}", key.path, error.what()));
  }
}

void RecipeReader::read_override(const std::string& text) {
  const std::string where = "--set " + shortened_text(text, kShownOverride);
  if (find_text_fault(text) || text.find_first_of("\r\n") != std::string::npos)
    return fault("--set " + quoted_text(text), "must be one line of UTF-8 text");
  const size_t equals = text.find('=');
  if (equals == std::string::npos) return fault(where, "must be section.key=value");
  const std::string path = text.substr(0, equals), value_text = text.substr(equals + 1);
  const RecipeKey* key = find_recipe_key(path);
  if (!key) return fault(where, unknown_path_message(path));
  mentioned_.insert(path);
  try {
    YAML::Node value = load_yaml(value_text);
    if (value.IsNull() && value_text.empty() && key->type == KeyType::text) value = YAML::Node("");
    if (value.IsNull()) return fault(where, path + " has no value" + (key->names_path ? "; ~ alone is YAML's word for none" : ""));
    const auto fault_at = [&](const YAML::Node&, const std::string& message) { fault(where, message); };
    if (auto read = read_value(*key, value, fault_at)) give(*key, std::move(*read), where);
  } catch (const YAML::Exception& error) {
    fault(where, "YAML syntax: " + error.msg);
  }
}

void RecipeReader::require_keys(const std::string& where) {
  if (unreadable_) return;
  for (const auto& key : recipe_keys())
    if (key.is_required() && mentioned_.count(key.path) == 0)
      fault(where, fmt::format("{} is required ({}); set it here or with --set {}=...", key.path, key.help, key.path));
}

std::map<std::string, GivenValue> RecipeReader::finish() {
  const size_t more = known_faults_.size() - faults_.size();
  if (!faults_.empty())
    throw UsageError(fmt::format("{}{}", fmt::join(faults_, "\n"), more > 0 ? fmt::format("\n... and {} more faults", more) : ""));
  return std::move(given_);
}

}  // namespace tnn
