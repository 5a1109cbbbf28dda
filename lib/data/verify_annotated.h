#pragma once

#include "data/verify.h"

namespace tnn {

/// verify_dataset() for images with boxes and packed files of them: every annotation is read and every image decoded, in as many threads as
/// there are cores. Findings are images that are named twice, missing, damaged or of another size than their annotation says, annotations
/// that are missing, damaged or have an object of no class of the card, boxes that reach more than a pixel beyond their image, classes
/// without an object, and splits that are missing or have another number of images than the card says. Of a file of COCO, which is read as
/// a whole, the first fault in its JSON hides others. The note counts images and objects, and boxes that no target comes from.
VerifyReport verify_annotated(const DatasetCard& card, const std::filesystem::path& location, Progress& progress);

}  // namespace tnn
