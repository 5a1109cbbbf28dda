#include "data/clip_list.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <unordered_map>

#include "core/error.h"
#include "data/display_name.h"
#include "data/folder_entries.h"
#include "data/list_lines.h"

namespace tnn {
namespace fs = std::filesystem;
namespace {

constexpr const char* kAnnotations = "annotations";
constexpr char kSeparator = ';';

bool fits(const std::string& name, const std::string& pattern) {
  const size_t star = pattern.find('*');
  if (star == std::string::npos) return name == pattern;
  const std::string before = pattern.substr(0, star), after = pattern.substr(star + 1);
  return name.size() >= before.size() + after.size() && name.starts_with(before) && name.ends_with(after);
}

void add_fitting(const fs::path& folder, const std::vector<std::string>& names, std::vector<fs::path>& found) {
  std::error_code ignored;
  if (!fs::is_directory(folder, ignored)) return;
  for (const FolderEntry& entry : folder_entries(folder))
    if (entry.kind == FolderEntry::Kind::file && entry.name.front() != '.' &&
        std::any_of(names.begin(), names.end(), [&](const std::string& name) { return fits(entry.name, name); }))
      found.push_back(folder / entry.name);
}

[[noreturn]] void fail(const fs::path& list, size_t line, const std::string& what) {
  throw DataError(fmt::format("{}:{}: {}", list.string(), line, what));
}

/// Ids become paths.
void check_id(const fs::path& list, const ListLine& line, const std::string& id) {
  if (id.empty() || id.front() == '.' || id.find('/') != std::string::npos)
    fail(list, line.number, fmt::format("'{}' is no id of a clip (the name of its folder, without '/' and no '.' in front)", id));
}

}  // namespace

fs::path find_list(const fs::path& folder, const std::vector<std::string>& names, const std::string& what) {
  std::vector<fs::path> found;
  add_fitting(folder, names, found);
  add_fitting(folder / kAnnotations, names, found);
  if (found.size() == 1) return found.front();
  std::string several;
  for (const fs::path& path : found) several += (several.empty() ? "" : ", ") + path.lexically_relative(folder).string();
  throw DataError(fmt::format("{}: {} {} in it or in {}/ (looked for {}){}", folder.string(), found.empty() ? "no" : "more than one", what,
                              kAnnotations, fmt::join(names, ", "), found.empty() ? "" : fmt::format(": {}; leave one", several)));
}

std::vector<std::string> read_class_names(const fs::path& list) {
  std::vector<std::string> classes;
  std::set<std::string> seen;
  for (const ListLine& line : read_list_lines(list)) {
    classes.push_back(display_name(without_quotes(line.text)));
    if (!seen.insert(classes.back()).second) fail(list, line.number, fmt::format("the class '{}' is there twice", classes.back()));
  }
  return classes;
}

ListedClips read_clip_list(const fs::path& list, const std::vector<std::string>& classes) {
  std::unordered_map<std::string, int> numbers;
  for (size_t i = 0; i < classes.size(); ++i) numbers.emplace(classes[i], static_cast<int>(i));
  std::unordered_map<std::string, size_t> lines_of;
  ListedClips clips;
  for (const ListLine& line : read_list_lines(list)) {
    std::vector<std::string> fields = split_fields(line.text, kSeparator);
    if (fields.size() == 2 && fields[1].empty()) fields.pop_back();
    if (fields.size() > 2) fail(list, line.number, fmt::format("'{}' has more than an id and a label", line.text));
    const std::string id = without_quotes(fields[0]);
    check_id(list, line, id);
    if (const auto [first, fresh] = lines_of.emplace(id, line.number); !fresh)
      fail(list, line.number, fmt::format("clip {} is in line {} already", id, first->second));
    if (!clips.ids.empty() && (fields.size() == 2) == clips.labels.empty())
      fail(list, line.number, fmt::format("clip {} has {} label, unlike those before it", id, fields.size() == 2 ? "a" : "no"));
    if (fields.size() == 2) {
      const std::string label = display_name(without_quotes(fields[1]));
      const auto number = numbers.find(label);
      if (number == numbers.end()) fail(list, line.number, fmt::format("clip {}: {}", id, unknown_name_message("class", label, classes)));
      clips.labels.push_back(number->second);
    }
    clips.ids.push_back(id);
  }
  return clips;
}

}  // namespace tnn
