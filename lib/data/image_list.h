#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace tnn {

/// The labels of images that lie in one folder, from a list file in one of these forms, told apart by its first line:
///
///     ILSVRC2012_val_00000001.JPEG 65              name and index of the class in the order of the class folders' names, from 0
///     ILSVRC2012_val_00000001.JPEG n01751748       name and class folder
///     n01751748                                    class folder alone; line k is the k-th image in the order of names
///     ImageId,PredictionString                     a header, then name without extension, class folder and boxes:
///     ILSVRC2012_val_00000001,n01751748 1 2 3 4
///
/// `images`: names of the files, sorted; `classes`: names of the class folders. Returns one label an image; the list may tell more.
/// DataError, with the line, where a line or class is wrong or an image has no label. Numbers alone, as the development kit of ILSVRC2012
/// has them, are another order of classes and are refused.
std::vector<int> read_image_list(const std::filesystem::path& list, const std::vector<std::string>& images,
                                 const std::vector<std::string>& classes);

}  // namespace tnn
