#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/progress.h"
#include "data/dataset_card.h"

namespace tnn {

/// A card for data that lie on disk, with what can be read off them: format, files, sizes, SHA-256 checksums, numbers of images, classes,
/// mean and deviation of the training pixels. Its licence and source are for a person to fill in.
struct DraftedCard {
  DatasetCard card;
  std::string statistics;          ///< in words: of what mean and deviation are
  std::vector<std::string> notes;  ///< what a person should know, a line each
};

/// Drafts a card called `name` for what lies in <data_root>/<name>, <data_root>/<name>.h5 or in the data root itself: the first of them in
/// which a format is recognised, whose images and labels are then all read. Mean and deviation: of all training pixels; of image folders,
/// see decoded_statistics(), of `images` images. DataError where nothing is recognised, which lists what is, or files are damaged or do not
/// fit each other; UsageError where `name` cannot be a file's name.
DraftedCard draft_card(const std::string& name, const std::filesystem::path& data_root, int64_t images, Progress& progress);

/// The same for one place: class folders below train/ and val/ (validation/, test/), or a packed file. Nothing where neither is there.
std::optional<DraftedCard> draft_image_folder(const std::filesystem::path& location, int64_t images, Progress& progress);

/// The same for a folder with IDX or CIFAR files, told apart by what they hold; which split a file belongs to is told by its name. Nothing
/// where there is no such file; `unknown` are those that by their names might be, and hold something else.
std::optional<DraftedCard> draft_files(const std::filesystem::path& folder, Progress& progress, std::vector<std::string>& unknown);

}  // namespace tnn
