#pragma once

#include <filesystem>
#include <vector>

#include "data/dataset_card.h"
#include "data/verify.h"
#include "detection/annotations.h"

namespace tnn {

/// read_annotations() of a split of the format voc that is there, but for what is wrong: an image that its list names again and an
/// annotation that is missing or damaged are left out, and findings.
AnnotatedImages read_voc_leniently(const DatasetCard& card, const std::filesystem::path& folder, const DatasetSplit& split,
                                   std::vector<Finding>& findings);

}  // namespace tnn
