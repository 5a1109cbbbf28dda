#include "recipe/unknown_key.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/error.h"
#include "recipe/schema.h"
#include "recipe/value_reader.h"

namespace tnn {
namespace {

constexpr size_t kLongestName = 200;  ///< beyond, nothing near is looked for

std::string nearest(const std::string& name, const std::vector<std::string>& names) {
  return name.size() > kLongestName ? "" : nearest_name(name, names);
}

/// Paths of the keys with this name, in whichever section.
std::vector<std::string> paths_of(const std::string& name) {
  std::vector<std::string> paths;
  for (const auto& key : recipe_keys())
    if (key.name() == name) paths.push_back(key.path);
  return paths;
}

std::string suggestion(const std::vector<std::string>& names) {
  return names.empty() ? "" : fmt::format("; did you mean '{}'?", fmt::join(names, "' or '"));
}

std::string allowed(const std::vector<std::string>& names) { return fmt::format(" (allowed: {})", fmt::join(names, ", ")); }

}  // namespace

std::string unknown_section_message(const std::string& section) {
  const std::string start = "unknown section " + quoted_text(section);
  if (find_recipe_key(section))
    return start + fmt::format("; write the key '{}' inside the section '{}'", section.substr(section.find('.') + 1),
                               section.substr(0, section.find('.')));
  const auto sections = recipe_section_names();
  if (const auto near = nearest(section, sections); !near.empty()) return start + suggestion({near});
  return start + suggestion(paths_of(section)) + allowed(sections);
}

std::string unknown_key_message(const std::string& section, const std::string& name) {
  const std::string start = fmt::format("unknown key {} in section '{}'", quoted_text(name), section);
  if (const auto elsewhere = paths_of(name); !elsewhere.empty()) return start + suggestion(elsewhere);
  const auto names = recipe_key_names(section);
  if (const auto near = nearest(name, names); !near.empty()) return start + suggestion({near});
  return start + allowed(names);
}

std::string unknown_path_message(const std::string& path) {
  const size_t dot = path.find('.');
  const auto sections = recipe_section_names();
  const std::string section = path.substr(0, dot);
  const bool known = std::find(sections.begin(), sections.end(), section) != sections.end();
  if (dot == std::string::npos && known)
    return fmt::format("'{}' is a section; name one of its keys", section) + allowed(recipe_key_names(section));
  if (dot != std::string::npos && known) return unknown_key_message(section, path.substr(dot + 1));
  std::vector<std::string> paths;
  for (const auto& key : recipe_keys()) paths.push_back(key.path);
  std::vector<std::string> meant = paths_of(path.substr(dot == std::string::npos ? 0 : dot + 1));
  // Of several sections with such a key, the one whose name is nearly that, too.
  if (const auto near = nearest(path, paths); !near.empty() && (meant.empty() || std::count(meant.begin(), meant.end(), near) > 0))
    meant = {near};
  return "unknown key " + quoted_text(path) + suggestion(meant) + (meant.empty() ? allowed(sections) : "");
}

}  // namespace tnn
