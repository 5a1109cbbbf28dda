#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace tnn {

/// The labels of images that lie in one folder, from a text file in one of these forms, which is that of all its lines:
///
///     ILSVRC2012_val_00000001.JPEG 65              image and number of the class, from 0 in the order of the class folders' names
///     ILSVRC2012_val_00000001.JPEG n01751748       image and class folder
///     n01751748                                    class folder alone; line k is the k-th image in the order of names
///     ImageId,PredictionString                     a header, then image without extension, class folder and boxes:
///     ILSVRC2012_val_00000001,n01751748 1 2 3 4
///
/// Image and class have a TAB, a comma, a semicolon or blanks between them; with blanks both may contain some, where only one place makes
/// sense. Either may be in quotes, an image may have folders before it or no extension. A header, a byte order mark and lines of Windows
/// are passed over. A word that is a class folder's name and a number as well is the folder.
///
/// `images`: names of the files, sorted; `classes`: names of the class folders, sorted. Returns one label an image; the list may tell more.
/// DataError, with the line, where no form fits, or several do that say different things; where an image has no label or two. Numbers
/// alone, as the development kit of ILSVRC2012 has them, are another order of classes and are refused.
std::vector<int> read_image_list(const std::filesystem::path& list, const std::vector<std::string>& images,
                                 const std::vector<std::string>& classes);

}  // namespace tnn
