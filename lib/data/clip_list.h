#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

namespace tnn {

/// The lists of a data set in the layout of 20BN-Jester: text files with a line for each class, or for each clip.

/// The file in `folder`, or in its subfolder annotations/, whose name is one of `names`, in which one '*' may stand for any characters.
/// DataError where there is none, or several, which it names; `what`: "list of training clips".
std::filesystem::path find_list(const std::filesystem::path& folder, const std::vector<std::string>& names, const std::string& what);

/// Names of classes, one a line, in their order. DataError, with the line, where one is there twice.
std::vector<std::string> read_class_names(const std::filesystem::path& list);

/// Clips by their ids, which are names of folders.
struct ListedClips {
  std::vector<std::string> ids;
  std::vector<int> labels;  ///< one a clip, or none at all where the list has none
};

/// Lines `id;label`, or all of them `id` alone, as in the list of Jester's test clips. DataError, with the line, where an id is there twice
/// or is no name of a folder, a label is none of `classes`, or some lines have labels and others have not.
ListedClips read_clip_list(const std::filesystem::path& list, const std::vector<std::string>& classes);

}  // namespace tnn
