#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace tnn {

/// The names that the objects of a list's images have, sorted by their bytes: the classes of a set of one's own that nobody wrote down.
/// `folder` and `image_set` as of read_voc(). Annotations that are missing or damaged are passed over: they are found when they are read.
std::vector<std::string> voc_class_names(const std::filesystem::path& folder, const std::string& image_set);

}  // namespace tnn
