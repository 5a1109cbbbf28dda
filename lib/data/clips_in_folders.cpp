#include "data/clips_in_folders.h"

#include "data/clip_frames.h"

namespace tnn {

std::unique_ptr<const OpenClip> ClipsInFolders::open(size_t index) const { return open_clip_folder(folder_ / path(index)); }

}  // namespace tnn
