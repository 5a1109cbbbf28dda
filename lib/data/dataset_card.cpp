#include "data/dataset_card.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

#include "core/error.h"

namespace tnn {
namespace fs = std::filesystem;

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

std::vector<std::string> card_names(const fs::path& cards_folder) {
  std::vector<std::string> names;
  std::error_code ignored;
  for (fs::directory_iterator entry(cards_folder, ignored), end; entry != end; entry.increment(ignored))
    if (entry->path().extension() == ".yaml") names.push_back(entry->path().stem().string());
  std::sort(names.begin(), names.end());
  return names;
}

DatasetCard load_card(const fs::path& cards_folder, const std::string& name) {
  const auto names = card_names(cards_folder);
  if (std::find(names.begin(), names.end(), name) == names.end()) throw UsageError(unknown_name_message("data set", name, names));
  return read_card(cards_folder / (name + ".yaml"));
}

fs::path find_cards_folder() {
  if (const char* chosen = std::getenv("TNN_DATASETS"); chosen && *chosen) {
    if (card_names(chosen).empty()) throw UsageError(fmt::format("TNN_DATASETS={}: no data set card (*.yaml) in that folder", chosen));
    return chosen;
  }
  std::vector<fs::path> places;
  std::error_code failed;
  const fs::path program = fs::read_symlink("/proc/self/exe", failed);
  if (!failed) {
    places.push_back((program.parent_path() / "../../../datasets").lexically_normal());
    places.push_back((program.parent_path() / "../share/tnn/datasets").lexically_normal());
  }
  places.emplace_back("datasets");
  std::string looked;
  for (const auto& place : places) {
    if (!card_names(place).empty()) return place;
    looked += (looked.empty() ? "" : ", ") + place.string();
  }
  throw UsageError(fmt::format("no folder with data set cards (*.yaml); looked in: {}; TNN_DATASETS names another", looked));
}

}  // namespace tnn
