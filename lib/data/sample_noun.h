#pragma once

#include "data/image_set.h"

namespace tnn {

/// What progress and messages call the samples of a set: "images" or "clips".
inline const char* noun_of(const ImageSet& set) { return set.samples() ? set.samples()->noun() : "images"; }

}  // namespace tnn
