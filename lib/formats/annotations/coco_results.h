#pragma once

#include <filesystem>

#include "detection/annotations.h"

namespace tnn {

/// Reads COCO's results file: [{"image_id": 42, "category_id": 18, "bbox": [x, y, width, height], "score": 0.236}]. `image_id` is an
/// image's id, or as text its file name, with or without the folder and the ending; `category_id` a category's id, or as text its name.
/// Scores are any finite numbers. DataError names the entry that is damaged or names what the ground truth does not have. A file with an
/// empty list is well. The detections of an image stay in the order of the file.
DetectionLists read_coco_results(const std::filesystem::path& file, const AnnotatedImages& truth);

/// Writes such a file with ids, an entry a line. `detections`: one list an image of `truth`, in its order.
void write_coco_results(const std::filesystem::path& file, const AnnotatedImages& truth, const DetectionLists& detections);

}  // namespace tnn
