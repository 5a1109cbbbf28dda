#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "data/dataset_card.h"
#include "detection/annotations.h"

namespace tnn {

/// Images with boxes in the layouts of PASCAL VOC and COCO:
///
///     voc     <folder>/JPEGImages/<id>.jpg, Annotations/<id>.xml, ImageSets/Main/<list>.txt with an id a line
///     coco    <folder>/<split's folder>/<file_name> and a file of annotations, in <folder>, <folder>/annotations or the split's folder
///
/// Images are JPEG or PNG files; of voc, one that is not called as its annotation says is looked for under its id with another ending.

/// The list of a split that is there: the image set's file of voc, the file of annotations of coco.
std::optional<std::filesystem::path> annotation_list(const DatasetCard& card, const std::filesystem::path& folder,
                                                     const DatasetSplit& split);

/// The folder that a split's images lie in; nothing where it is not there.
std::optional<std::filesystem::path> annotated_images_folder(const DatasetCard& card, const std::filesystem::path& folder,
                                                             const DatasetSplit& split);

/// Whether a split's images and annotations are there.
bool has_annotated_split(const DatasetCard& card, const std::filesystem::path& folder, const DatasetSplit& split);

/// The classes of a card that has none: of voc the names of the training images' objects, sorted, of coco the categories of their file in
/// its order. The test images' where there are no training images. DataError where there are neither.
std::vector<std::string> annotated_classes(const DatasetCard& card, const std::filesystem::path& folder);

/// The images of a split and their objects, in the order of the list, as the files have them; categories are the card's classes, which must
/// be there (complete_card). DataError where the split is not there, an annotation is missing or damaged, or an object is of another class.
AnnotatedImages read_annotations(const DatasetCard& card, const std::filesystem::path& folder, const DatasetSplit& split);

/// Lets the images of voc have the names of the files that are in `images_folder` where those of their annotations are not. `ids`: one an
/// image.
void name_by_files(const std::filesystem::path& images_folder, const std::vector<std::string>& ids, AnnotatedImages& annotations);

}  // namespace tnn
