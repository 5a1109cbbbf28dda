#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "data/image_set.h"

namespace tnn {

/// A digest of which images a set has: its classes in their order, and of each image, in their order, label and name in its class; of
/// images in memory labels, size and pixels. Equal for the same images wherever they lie, whenever they were copied, loose or packed;
/// another name of a class, an image more, less or renamed, or another label make another one. The bytes of image files are not read: a
/// second for a million of them. 64 hexadecimal digits.
std::string set_identity(const ImageSet& set);

/// The same of some samples of a set, by their places in it: another choice of them is another digest.
std::string samples_identity(const ImageSet& set, const std::vector<uint32_t>& samples);

}  // namespace tnn
