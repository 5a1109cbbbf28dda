#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "data/dataset_card.h"
#include "data/image_set.h"

namespace tnn {

/// A data set in the layout of 20BN-Jester: a folder of clips, each a folder of numbered frames whose name is the clip's id, and lists of
/// classes and of the clips of each split, which lie beside the folder or in annotations/ (see clip_list.h). Clips that are in no list do
/// not count.

/// The classes in the order of their list. DataError as of find_list() and read_class_names().
std::vector<std::string> jester_classes(const DatasetCard& card, const std::filesystem::path& folder);

/// The list of a split, by one of the names that the card has for it.
std::filesystem::path jester_list(const DatasetCard& card, const std::filesystem::path& folder, const std::string& split);

/// The clips of a split in the order of its list, with the classes of the card, which must be there (complete_card). Frames are looked for
/// when a clip is opened. `limit` > 0: as many, evenly spread over the list. DataError where folder or list are missing, or the list has no
/// labels.
ImageSet read_jester(const DatasetCard& card, const std::filesystem::path& folder, const std::string& split, int64_t limit = 0);

}  // namespace tnn
