#include "data/dataset_card.h"

#include <fmt/format.h>

#include <cstdlib>
#include <map>
#include <sstream>

#include "core/error.h"
#include "core/home_folder.h"

namespace tnn {
namespace fs = std::filesystem;
namespace {

/// The folders that TNN_DATASETS lists.
std::vector<fs::path> listed_folders() {
  const char* const variable = std::getenv("TNN_DATASETS");
  std::istringstream list(variable ? variable : "");
  std::vector<fs::path> folders;
  for (std::string name; std::getline(list, name, ':');) {
    if (name.empty()) continue;
    folders.emplace_back(expand_home(name));
    std::error_code fault;
    if (!fs::is_directory(folders.back(), fault))
      throw UsageError(
          fmt::format("the environment variable TNN_DATASETS names '{}', which is {} (it lists folders of data set cards, "
                      "with ':' between)",
                      name, fs::exists(folders.back(), fault) ? "no folder" : "not there"));
  }
  return folders;
}

/// Where the shipped cards may be.
std::vector<fs::path> shipped_places() {
  std::vector<fs::path> places;
  std::error_code failed;
  const fs::path program = fs::read_symlink("/proc/self/exe", failed);
  if (!failed) {
    places.push_back((program.parent_path() / "../../../datasets").lexically_normal());
    places.push_back((program.parent_path() / "../share/tnn/datasets").lexically_normal());
  }
  places.emplace_back("datasets");
  return places;
}

}  // namespace

ContentLimit DatasetFile::limit() const {
  if (bytes > 0) return {static_cast<size_t>(bytes), true};
  constexpr size_t kMostBytesAnImage = 8192, kRest = 1 << 20;  // 3072 pixels, of which Python 3 writes most twice as long in protocol 2
  return {static_cast<size_t>(images) * kMostBytesAnImage + kRest, false};
}

int64_t DatasetSplit::images() const {
  int64_t count = expected_images;
  for (const auto& file : files)
    if (file.holds != FileContent::labels) count += file.images;
  return count;
}

const DatasetSplit& DatasetCard::split(const std::string& split_name) const {
  if (split_name == "train") return train;
  if (split_name == "test") return test;
  throw UsageError(unknown_name_message("split of " + name, split_name, {"train", "test"}));
}

const std::vector<std::string>& dataset_format_names() {
  static const std::vector<std::string> names{
      "idx", "cifar10", "cifar100", "cifar10_python", "cifar100_python", "image_folder", "jester", "clip_folder", "voc", "coco"};
  return names;
}

std::vector<fs::path> card_files(const std::vector<fs::path>& folders) {
  std::map<std::string, fs::path> files;
  std::error_code ignored;
  for (const fs::path& folder : folders)
    for (fs::directory_iterator entry(folder, ignored), end; entry != end; entry.increment(ignored))
      if (entry->path().extension() == ".yaml") files.emplace(entry->path().stem().string(), entry->path());
  std::vector<fs::path> sorted;
  for (const auto& [name, file] : files) sorted.push_back(file);
  return sorted;
}

DatasetCard load_card(const std::vector<fs::path>& folders, const std::string& name) {
  std::vector<std::string> names;
  for (const fs::path& file : card_files(folders)) {
    names.push_back(file.stem().string());
    if (names.back() == name) return read_card(file);
  }
  throw UsageError(unknown_name_message("data set", name, names));
}

DatasetCard load_card(const fs::path& folder, const std::string& name) { return load_card(std::vector<fs::path>{folder}, name); }

std::vector<fs::path> card_folders() {
  std::vector<fs::path> folders = listed_folders();
  std::string looked;
  for (const fs::path& place : shipped_places()) {
    if (!card_files({place}).empty()) {
      folders.push_back(place);
      return folders;
    }
    looked += (looked.empty() ? "" : ", ") + place.string();
  }
  if (folders.empty())
    throw UsageError(fmt::format("no folder with data set cards (*.yaml); looked in: {}; TNN_DATASETS names others", looked));
  return folders;
}

}  // namespace tnn
