#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "data/dataset_card.h"
#include "data/image_set.h"

namespace tnn {

/// A data set in the layout of ImageNet: <folder>/<split>/<class>/<image>. A class is a subfolder, classes are in the order of their names;
/// images in folders within it are its images, too.
/// A split whose images lie in the folder itself has a list of labels (see read_image_list), beside it or in it.

/// The folder of a split: the first of split.folders that is there.
std::optional<std::filesystem::path> split_folder(const std::filesystem::path& folder, const DatasetSplit& split);

/// Names of the subfolders, sorted: the classes of a set whose card does not name them.
std::vector<std::string> class_folders(const std::filesystem::path& split_folder);

/// The class folders that have no image among `labels`, those of the whole split, after links to class folders that lead nowhere.
std::vector<std::string> empty_class_folders(const DatasetCard& card, const std::filesystem::path& split_folder,
                                             const std::vector<int>& labels);

/// The split's images, sorted by class, folder and name (a flat folder's by name), not decoded: JPEG and PNG files by their extensions;
/// what the content is shows when it is decoded, and a link that leads nowhere when it is read. `limit` > 0: as many, evenly spread, so
/// that classes keep their proportions. What else lies there is in the set's left_out(). DataError where the folder, a label or a class is
/// missing or unknown.
ImageSet read_image_folder(const DatasetCard& card, const std::filesystem::path& folder, const DatasetSplit& split, int64_t limit = 0);

/// Sorted positions of `limit` of `count` images, as read_image_folder chooses them; all where limit is 0 or not below count.
std::vector<size_t> limited(size_t count, int64_t limit);

}  // namespace tnn
