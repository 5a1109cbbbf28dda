#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "data/byte_source.h"
#include "data/dataset_card.h"
#include "data/dataset_folder.h"
#include "data/image_set.h"

namespace tnn {

/// Reads "train" or "test" of a data set whose files are in `folder` (from locate()).
/// `limit` > 0: the first `limit` images in the official order (which is shuffled in the sets we ship cards for, so classes are about
/// balanced); files beyond them are not read. 0: all.
/// DataError where a file is missing, damaged, or has another size or number of images than its card says; checksums are
/// verify_dataset()'s. Of the format image_folder: see read_image_folder; of clips: read_jester, read_clip_folder; with boxes:
/// read_annotated_images; the card must have its
/// classes (complete_card).
ImageSet load_split(const DatasetCard& card, const std::filesystem::path& folder, const std::string& split, int64_t limit = 0);

/// The images of the files of a split (one for each of split.files, from the first on; fewer for a part of it), in the card's format.
/// `limit` as above.
ImageSet parse_split(const DatasetCard& card, std::vector<SourceBytes> sources, int64_t limit = 0);

/// DataError, naming the IDX file, where its images do not have the card's height and width.
void check_image_size(const DatasetCard& card, const ImageSet& set, const std::filesystem::path& path);

}  // namespace tnn
