#pragma once

#include <filesystem>

#include "data/dataset_card.h"
#include "data/image_set.h"
#include "detection/annotations.h"

namespace tnn {

/// A split of a data set with boxes (see annotated_folder.h), whose targets are BoxTargets: its images in the order of its list, not
/// decoded. `limit` > 0: as many, evenly spread. An image whose file is missing, or of another size than its annotation says, is a damaged
/// one when it is read. Boxes of which no part lies within their image are in the set's left_out(): they stay in the annotations, and never
/// become targets. DataError as of read_annotations().
ImageSet read_annotated_images(const DatasetCard& card, const std::filesystem::path& folder, const DatasetSplit& split, int64_t limit = 0);

/// The set of these images, whose files lie in `images_folder`.
ImageSet annotated_set(AnnotatedImages annotations, const std::filesystem::path& images_folder);

/// Every image that limited() keeps.
AnnotatedImages limited_images(AnnotatedImages annotations, int64_t limit);

}  // namespace tnn
