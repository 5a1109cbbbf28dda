#pragma once

#include <string>
#include <vector>

#include "core/progress.h"
#include "data/encoded_images.h"
#include "data/verify.h"

namespace tnn {

/// Reads and decodes `count` images, in as many threads as there are cores; each that is damaged or cannot be read becomes a finding, in
/// their order. `what` names the work to `progress`. Interrupted between images.
void decode_all(const EncodedImages& images, int64_t count, const std::string& what, Progress& progress, std::vector<Finding>& findings);

}  // namespace tnn
