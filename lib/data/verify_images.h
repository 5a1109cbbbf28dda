#pragma once

#include "data/verify.h"

namespace tnn {

/// verify_dataset() for image folders and packed files: every image is decoded, in as many threads as there are cores. Findings are damaged
/// images, classes of the card that are not there, splits that are missing or have another number of images than the card says. The note
/// tells which files of the folders are left out.
VerifyReport verify_images(const DatasetCard& card, const std::filesystem::path& location, Progress& progress);

}  // namespace tnn
