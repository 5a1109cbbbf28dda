#include "data/clip_folder.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/error.h"
#include "data/class_labels.h"
#include "data/clips_in_folders.h"
#include "data/display_name.h"
#include "data/folder_entries.h"
#include "data/image_folder.h"

namespace tnn {
namespace fs = std::filesystem;
namespace {

using Kind = FolderEntry::Kind;

/// Clips and what lies beside them.
struct FoundClips {
  ListedClips clips;  ///< their ids are paths from the split's folder
  LeftOut left_out;
};

int class_number(const DatasetCard& card, const fs::path& folder, const std::string& name) {
  const auto known = std::lower_bound(card.class_folders.begin(), card.class_folders.end(), name);
  if (known == card.class_folders.end() || *known != name)
    throw DataError(fmt::format("{}: this folder is none of the {} classes of '{}', which are {}", display_name((folder / name).string()),
                                card.class_folders.size(), card.name,
                                card.classes_on_disk ? "the folders of the training clips" : "those of its card"));
  return static_cast<int>(known - card.class_folders.begin());
}

/// A dangling link is a damaged clip.
void add_class(const fs::path& folder, const std::string& name, int label, FoundClips& found) {
  for (const FolderEntry& entry : folder_entries(folder / name)) {
    const std::string path = name + "/" + entry.name;
    if (entry.name.front() == '.') {
      found.left_out.add("hidden", path);
    } else if (entry.kind == Kind::folder || entry.kind == Kind::dangling) {
      found.clips.ids.push_back(path);
      found.clips.labels.push_back(label);
    } else {
      found.left_out.add("beside the folders of clips", path);
    }
  }
}

FoundClips find_clips(const DatasetCard& card, const fs::path& folder) {
  FoundClips found{{}, LeftOut(folder.string())};
  for (const FolderEntry& entry : folder_entries(folder)) {
    if (entry.name.front() == '.')
      found.left_out.add("hidden", entry.name);
    else if (entry.kind == Kind::folder)
      add_class(folder, entry.name, class_number(card, folder, entry.name), found);
    else
      found.left_out.add("beside the class folders", entry.name);
  }
  const auto counts = count_classes(found.clips.labels, card.class_folders.size());
  for (size_t i = 0; i < counts.size() && card.classes_on_disk; ++i)
    if (counts[i] == 0) found.left_out.add_empty_class(card.class_folders[i]);
  return found;
}

}  // namespace

ImageSet read_clip_folder(const DatasetCard& card, const fs::path& data_folder, const DatasetSplit& split, int64_t limit) {
  const auto folder = split_folder(data_folder, split);
  if (!folder) throw DataError(fmt::format("{}: no folder {}", data_folder.string(), fmt::join(split.folders, " or ")));
  FoundClips found = find_clips(card, *folder);
  if (found.clips.ids.empty())
    throw DataError(
        fmt::format("{}: no clip in it (a clip is a folder of frames in a class folder){}", folder->string(), found.left_out.appended()));
  return clip_set(*folder, found.clips, limit, card, std::move(found.left_out));
}

}  // namespace tnn
