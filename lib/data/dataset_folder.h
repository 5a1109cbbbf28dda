#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "data/dataset_card.h"

namespace tnn {

/// A folder where a data set may be, and the files of its card that are not in it.
struct CandidateFolder {
  std::filesystem::path folder;
  bool exists = false;
  std::vector<std::string> missing;
};

/// The folders of the card, in the order they count: the data root itself where its path ends with one of the card's folders (as in
/// --data-root data/cifar-10-batches-bin), those below the data root, then the absolute ones. An empty data root leaves the absolute ones.
std::vector<CandidateFolder> candidate_folders(const DatasetCard& card, const std::filesystem::path& data_root);

/// The first folder that has all files of the card, plain, .gz or .xz. DataError where none has: says which folders were looked in, what
/// each lacks, and where users get the data set.
///
/// Of the format image_folder: the data root itself where it is an HDF5 file of `tnn data pack` or has the folder of a split, then
/// <root>/<folder> for each folder of the card, then <name>.h5 in each of these places; one that has a split is enough.
std::filesystem::path locate(const DatasetCard& card, const std::filesystem::path& data_root);

/// Whether what locate() gave is a packed file.
bool is_packed(const std::filesystem::path& location);

/// The card with its classes, which for a card without are those on disk. DataError where there is none.
DatasetCard complete_card(DatasetCard card, const std::filesystem::path& location);

}  // namespace tnn
