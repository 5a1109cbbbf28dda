#include "recipe/recipe_reader.h"

#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <utility>

#include "core/atomic_file.h"
#include "core/error.h"
#include "recipe/recipe_text.h"
#include "recipe/unknown_key.h"
#include "recipe/value_reader.h"

namespace tnn {
namespace {

constexpr std::uintmax_t kLargestFile = 1 << 20;  ///< bytes; a larger file is a model or data given for a recipe by mistake

std::filesystem::path file_identity(const std::filesystem::path& path) {
  std::error_code error;
  auto result = std::filesystem::weakly_canonical(path, error);
  return error ? path : result;
}

/// Why the file cannot be a recipe, or "".
std::string refusal(const std::filesystem::path& path) {
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  if (!std::filesystem::exists(status)) return "no such file";
  if (std::filesystem::is_directory(status)) return "is a folder, not a recipe";
  if (std::filesystem::is_regular_file(status) && std::filesystem::file_size(path, error) > kLargestFile)
    return "is larger than 1 MiB, which no recipe is";
  return "";
}

std::string position(const std::string& name, const YAML::Mark& mark) {
  return mark.is_null() ? name : fmt::format("{}:{}:{}", name, mark.line + 1, mark.column + 1);
}

}  // namespace

void RecipeReader::fault(const std::string& where, const std::string& message) {
  std::string line = where + ": " + message;
  if (std::find(faults_.begin(), faults_.end(), line) == faults_.end()) faults_.push_back(std::move(line));
}

std::string RecipeReader::at(const YAML::Node& node) const { return position(name_, node.Mark()); }

void RecipeReader::read_file(const std::filesystem::path& path) { read_included(path, path.string()); }

void RecipeReader::read_included(const std::filesystem::path& path, const std::string& where) {
  const std::string subject = where == path.string() ? "" : fmt::format("included file '{}': ", path.string());
  if (const std::string reason = refusal(path); !reason.empty()) {
    unreadable_ = true;
    return fault(where, subject + reason);
  }
  try {
    read_text(tnn::read_file(path), path.string());
  } catch (const DataError& error) {
    unreadable_ = true;
    fault(where, error.what());
  }
}

void RecipeReader::read_text(const std::string& text, const std::string& name) {
  const std::string including = std::exchange(name_, name);
  files_.push_back(file_identity(name));
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

void RecipeReader::read_includes(const YAML::Node& root) {
  for (const auto& entry : root) {
    if (!entry.first.IsScalar() || entry.first.Scalar() != "include") continue;
    const YAML::Node& value = entry.second;
    std::vector<YAML::Node> names;
    for (size_t i = 0; value.IsSequence() && i < value.size(); ++i) names.push_back(value[i]);
    if (value.IsScalar()) names.push_back(value);
    if (names.empty() && !value.IsSequence())
      fault(at(entry.first), "include must be a file name or a list of them, not " + described(value));
    for (const auto& node : names) {
      if (!node.IsScalar() || node.Scalar().empty()) {
        fault(at(node), "include must name a file, not " + described(node));
        continue;
      }
      const auto path = std::filesystem::path(name_).parent_path() / node.Scalar();
      if (std::find(files_.begin(), files_.end(), file_identity(path)) != files_.end())
        fault(at(node), fmt::format("include of {} closes a circle: that file includes this one", quoted_text(node.Scalar())));
      else
        read_included(path, at(node));
    }
  }
}

void RecipeReader::read_section(const YAML::Node& name_node, const YAML::Node& keys) {
  const std::string section = name_node.Scalar();
  const auto sections = recipe_section_names();
  if (std::find(sections.begin(), sections.end(), section) == sections.end()) return fault(at(name_node), unknown_section_message(section));
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
      fault(at(entry.first), unknown_key_message(section, name));
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
    return fault(at(name_node), fmt::format("{} has no value{}", key.path, advice));
  }
  const auto fault_at = [this](const YAML::Node& node, const std::string& message) { fault(at(node), message); };
  if (auto value = read_value(key, value_node, fault_at)) given_.insert_or_assign(key.path, GivenValue{std::move(*value), at(value_node)});
}

void RecipeReader::read_override(const std::string& text) {
  const std::string where = "--set " + text;
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
    if (value.IsNull()) return fault(where, path + " has no value");
    const auto fault_at = [&](const YAML::Node&, const std::string& message) { fault(where, message); };
    if (auto read = read_value(*key, value, fault_at)) given_.insert_or_assign(path, GivenValue{std::move(*read), where});
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
  if (!faults_.empty()) throw UsageError(fmt::format("{}", fmt::join(faults_, "\n")));
  return std::move(given_);
}

}  // namespace tnn
