#pragma once

#include <filesystem>
#include <string>

#include "data/dataset_card.h"
#include "detection/annotations.h"

namespace tnn::test {

/// `count` images of the classes ant, bee and cow, called <prefix>0.jpg and so on, of different sizes, with none to three objects each, of
/// which some are difficult or crowds. Nothing is written.
AnnotatedImages tiny_annotations(int count, const std::string& prefix);

/// Writes an image of each annotation's size: a JPEG, or a PNG where its name says so.
void write_annotated_images(const std::filesystem::path& folder, const AnnotatedImages& annotations);

/// The layout of VOC: ten images t0 to t9 for training, six, v0 to v5, for testing; lists train.txt and val.txt. The card voc_folder with
/// the classes.
DatasetCard write_voc_tree(const std::filesystem::path& folder);
/// The same images in the layout of COCO: train/, val/, annotations/instances_train.json and instances_val.json. The card coco_folder with
/// the classes.
DatasetCard write_coco_tree(const std::filesystem::path& folder);

}  // namespace tnn::test
