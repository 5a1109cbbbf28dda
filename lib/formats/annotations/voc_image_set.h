#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace tnn {

/// An image that a list of VOC names.
struct ListedImage {
  std::string name;  ///< "000005", "2008_000008"
  size_t line = 0;   ///< from 1
};

/// ImageSets/Main/NAME.txt of a VOC folder.
std::filesystem::path voc_list_file(const std::filesystem::path& folder, const std::string& image_set);

/// Reads such a list: the first word of every line that has one (lists of a class, aeroplane_train.txt, say behind it whether the image
/// shows one). DataError where there is no such list (it names those there are), it names an image twice, or none.
std::vector<ListedImage> read_voc_list(const std::filesystem::path& folder, const std::string& image_set);

}  // namespace tnn
