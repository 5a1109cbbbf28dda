#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "data/dataset_card.h"

namespace tnn {

/// The folder that holds the data sets.
struct DataRoot {
  std::filesystem::path folder;  ///< empty: none is named
  /// Whether it was asked for: the absolute folders of the cards are not looked at. Else they come after it, where it is there at all.
  bool only = true;

  DataRoot(std::filesystem::path path = {}, bool asked_for = true) : folder(std::move(path)), only(asked_for) {}
  DataRoot(const std::string& path) : folder(path) {}
  DataRoot(const char* path) : folder(path) {}
};

/// A folder where a data set may be, and the files of its card that are not in it.
struct CandidateFolder {
  std::filesystem::path folder;
  bool exists = false;
  std::vector<std::string> missing;
};

/// The folders of the card, in the order they count: the data root itself where its path ends with one of the card's folders (as in
/// --data-root data/cifar-10-batches-bin), or where it has all files, those below the data root, then the absolute ones unless the data
/// root is the only place. An empty data root leaves the absolute ones.
std::vector<CandidateFolder> candidate_folders(const DatasetCard& card, const DataRoot& data_root);

/// The first folder that has all files of the card, plain, .gz or .xz. DataError where none has: says which folders were looked in, what
/// each lacks, and where users get the data set.
///
/// Of the formats image_folder, clip_folder, jester, voc and coco: the data root itself where it is an HDF5 file of `tnn data pack` or has
/// the folder of a split (with boxes: and its list), then <root>/<folder> for each folder of the card, then <name>.h5 in each of these
/// places; one that has a split is enough.
std::filesystem::path locate(const DatasetCard& card, const DataRoot& data_root);

/// Whether what locate() gave is a packed file.
bool is_packed(const std::filesystem::path& location);

/// The card with its classes, which for a card without are those on disk (of jester those of its list of classes, with boxes those of
/// annotated_classes()); names that are no UTF-8
/// as display_name() gives them. DataError where there is none.
DatasetCard complete_card(DatasetCard card, const std::filesystem::path& location);

}  // namespace tnn
