#pragma once

#include <filesystem>

#include "data/pixel_image.h"

namespace tnn {

/// Writes an image as PNG, red, green and blue of 8 bits; the file is there whole or not at all. SystemError where it cannot be written.
void write_png(const std::filesystem::path& path, const PixelImage& image);

}  // namespace tnn
