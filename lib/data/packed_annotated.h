#pragma once

#include <filesystem>
#include <string>

#include "data/dataset_card.h"
#include "data/image_set.h"

namespace tnn {

/// The images of a split of a packed file of images with boxes (pack_images() of a card with boxes), read when they are needed, with the
/// annotations that they were packed with. Beside the lists of packed_images.h, of which /<split>/labels are strata and /<split>/names
/// those of the images' files, a split has those of packed_annotations.h. Classes are those of the card, which must have the file's.
/// `limit` as of read_image_folder. DataError where the file is damaged, of another kind or without the split.
ImageSet read_packed_annotated(const DatasetCard& card, const std::filesystem::path& file, const std::string& split, int64_t limit = 0);

}  // namespace tnn
