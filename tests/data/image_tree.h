#pragma once

#include <filesystem>

#include "data/dataset_card.h"

namespace tnn::test {

/// Writes train/ and val/ with three classes, n01 to n03, of four and two JPEG images of different sizes and forms, one of them a PNG
/// that is called .JPEG; the card image_folder with their classes.
DatasetCard write_image_tree(const std::filesystem::path& folder);

}  // namespace tnn::test
