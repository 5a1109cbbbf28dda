#pragma once

#include <filesystem>

#include "data/dataset_card.h"
#include "data/image_set.h"

namespace tnn {

/// A data set of clips in class folders, <folder>/<split>/<class>/<clip>/<frame>: the split's clips, sorted by class and name, with the
/// classes of the card, which must be there (complete_card). A clip is a folder in a class folder; its frames are looked for when it is
/// opened. What else lies there is in the set's left_out(). `limit` as of read_image_folder. DataError where the folder is missing, a class
/// unknown, or there is no clip.
ImageSet read_clip_folder(const DatasetCard& card, const std::filesystem::path& folder, const DatasetSplit& split, int64_t limit = 0);

}  // namespace tnn
