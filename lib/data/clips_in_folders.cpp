#include "data/clips_in_folders.h"

#include "data/class_labels.h"
#include "data/clip_frames.h"
#include "data/image_folder.h"

namespace tnn {

std::unique_ptr<const OpenClip> ClipsInFolders::open(size_t index) const { return open_clip_folder(folder_ / path(index)); }

ImageSet clip_set(const std::filesystem::path& folder, const ListedClips& clips, int64_t limit, const DatasetCard& card, LeftOut left_out) {
  auto chosen = std::make_shared<ClipsInFolders>(folder, std::move(left_out));
  std::vector<int> labels;
  for (const size_t i : limited(clips.ids.size(), limit)) {
    chosen->add(clips.ids[i]);
    labels.push_back(clips.labels[i]);
  }
  ImageSet set;
  set.channels = card.channels;
  set.targets = std::make_shared<ClassLabels>(std::move(labels), card.classes);
  set.clips = std::move(chosen);
  return set;
}

}  // namespace tnn
