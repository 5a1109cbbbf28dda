#include "formats/annotations/voc_image_set.h"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

#include "core/error.h"
#include "core/read_file.h"

namespace tnn {
namespace {

namespace fs = std::filesystem;

constexpr const char* kByteOrderMark = "\xEF\xBB\xBF";

/// The lists for all classes (without "_") that a folder has.
std::vector<std::string> lists_in(const fs::path& folder) {
  std::vector<std::string> names;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(folder, ignored)) {
    const std::string stem = entry.path().stem().string();
    if (entry.path().extension() == ".txt" && stem.find('_') == std::string::npos) names.push_back(stem);
  }
  std::sort(names.begin(), names.end());
  return names;
}

void check_exists(const fs::path& folder, const std::string& image_set) {
  if (image_set.empty() || image_set.find('/') != std::string::npos)
    throw UsageError(fmt::format("image set '{}': not the name of a list (allowed: train, val, trainval, test, ...)", image_set));
  const fs::path file = voc_list_file(folder, image_set);
  if (fs::exists(file)) return;
  const std::vector<std::string> names = lists_in(file.parent_path());
  if (names.empty()) throw DataError(fmt::format("'{}' is not there (a VOC folder has Annotations and ImageSets/Main)", file.string()));
  throw DataError(fmt::format("'{}' is not there: {}", file.string(), unknown_name_message("image set", image_set, names)));
}

}  // namespace

fs::path voc_list_file(const fs::path& folder, const std::string& image_set) {
  return folder / "ImageSets" / "Main" / (image_set + ".txt");
}

std::vector<ListedImage> read_voc_list(const fs::path& folder, const std::string& image_set) {
  check_exists(folder, image_set);
  const fs::path file = voc_list_file(folder, image_set);
  std::string text = read_file(file);
  if (text.starts_with(kByteOrderMark)) text.erase(0, 3);
  std::vector<ListedImage> images;
  std::unordered_map<std::string, size_t> lines;
  size_t line = 0;
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = std::min(text.find('\n', begin), text.size());
    const std::string row = text.substr(begin, end - begin);
    begin = end + 1;
    ++line;
    const size_t first = row.find_first_not_of(" \t\r");
    if (first == std::string::npos) continue;
    const std::string name = row.substr(first, row.find_first_of(" \t\r", first) - first);
    const auto [before, is_new] = lines.emplace(name, line);
    if (!is_new)
      throw DataError(fmt::format("'{}', line {}: image '{}' is already named in line {}", file.string(), line, name, before->second));
    images.push_back({name, line});
  }
  if (images.empty()) throw DataError(fmt::format("'{}' names no image", file.string()));
  return images;
}

}  // namespace tnn
