#include "data/jester.h"

#include <fmt/format.h>

#include "core/error.h"
#include "data/clip_list.h"
#include "data/clips_in_folders.h"
#include "data/image_folder.h"

namespace tnn {
namespace fs = std::filesystem;

std::vector<std::string> jester_classes(const DatasetCard& card, const fs::path& folder) {
  return read_class_names(find_list(folder, card.label_lists, "list of classes"));
}

fs::path jester_list(const DatasetCard& card, const fs::path& folder, const std::string& split) {
  return find_list(folder, card.split(split).lists, fmt::format("list of {} clips", split == "train" ? "training" : "test"));
}

ImageSet read_jester(const DatasetCard& card, const fs::path& folder, const std::string& split, int64_t limit) {
  const fs::path list = jester_list(card, folder, split);
  const auto frames = split_folder(folder, card.split(split));
  if (!frames) throw DataError(fmt::format("{}: no folder {}", folder.string(), fmt::join(card.split(split).folders, " or ")));
  const ListedClips listed = read_clip_list(list, card.classes);
  if (listed.labels.empty())
    throw DataError(fmt::format("{}: its clips have no labels, which training and evaluation need (lines are id;label)", list.string()));
  return clip_set(*frames, listed, limit, card);
}

}  // namespace tnn
