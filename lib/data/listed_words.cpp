#include "data/listed_words.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <filesystem>

#include "core/error.h"
#include "data/list_lines.h"

namespace tnn {
namespace {

std::string stem(const std::string& name) { return std::filesystem::path(name).stem().string(); }

/// A name without an extension such as .png; the name where it has none.
std::string without_extension(const std::string& name) {
  constexpr size_t kLongest = 5;  // .JPEG
  const std::string extension = std::filesystem::path(name).extension().string();
  const bool letters = std::all_of(extension.begin(), extension.end(), [](unsigned char c) { return c == '.' || std::isalnum(c); });
  return letters && extension.size() <= kLongest ? stem(name) : name;
}

}  // namespace

std::optional<int> whole_number(const std::string& word) {
  int number = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), number);
  if (error != std::errc() || end != word.data() + word.size()) return std::nullopt;
  return number;
}

ListedImages::ListedImages(const std::vector<std::string>& names) : names_(names) {
  for (size_t i = 0; i < names.size(); ++i) {
    files_.emplace(names[i], static_cast<int>(i));
    const auto [place, fresh] = stems_.emplace(stem(names[i]), static_cast<int>(i));
    if (!fresh) place->second = kSeveral;
  }
}

int ListedImages::find_file(const std::string& name) const {
  const std::string file = name.substr(name.find_last_of('/') + 1);  // npos + 1 is 0
  if (const auto found = files_.find(file); found != files_.end()) return found->second;
  for (const std::string& without : {file, without_extension(file)})
    if (const auto found = stems_.find(without); found != stems_.end()) return found->second;
  return kNone;
}

int ListedImages::find(const std::string& word) const {
  if (const auto found = files_.find(word); found != files_.end()) return found->second;
  const std::string name = without_quotes(word);
  if (const int image = find_file(name); image != kNone) return image;
  return find_file(name.substr(name.find_last_of('\\') + 1));  // a path of Windows
}

ListedClasses::ListedClasses(const std::vector<std::string>& folders) : folders_(folders) {
  for (size_t i = 0; i < folders.size(); ++i) index_.emplace(folders[i], static_cast<int>(i));
}

std::optional<int> ListedClasses::by_folder(const std::string& word) const {
  for (const std::string& name : {word, without_quotes(word)})
    if (const auto found = index_.find(name); found != index_.end()) return found->second;
  return std::nullopt;
}

std::optional<int> ListedClasses::by_number(const std::string& word) const {
  const auto number = whole_number(without_quotes(word));
  return number && *number >= 0 && *number < static_cast<int>(folders_.size()) ? number : std::nullopt;
}

std::string ListedClasses::fault(const std::string& word) const {
  if (const auto number = whole_number(without_quotes(word)))
    return fmt::format("class {}: no folder of that name, and as a number allowed from 0 to {}", *number, folders_.size() - 1);
  const std::string nearest = folders_.size() <= 1000 ? nearest_name(word, folders_) : "";
  return fmt::format("'{}' is none of the {} classes{}", word, folders_.size(),
                     nearest.empty() ? "" : fmt::format("; did you mean '{}'?", nearest));
}

}  // namespace tnn
