#pragma once

#include <filesystem>
#include <string>

#include "detection/annotations.h"

namespace tnn {

/// Reads VOC's own results: one file a class, "comp4_det_test_dog.txt" (any name that ends in _det_SET_CLASS.txt) with lines "image score
/// xmin ymin xmax ymax", whose corners count from 1 and are both inside. An image is called by its file without the ending. DataError where
/// a class of `truth` has no file (an empty one says that nothing was found) or two, or names file and line of what is damaged.
DetectionLists read_voc_results(const std::filesystem::path& folder, const std::string& image_set, const AnnotatedImages& truth);

}  // namespace tnn
