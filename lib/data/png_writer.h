#pragma once

#include <filesystem>
#include <string>

#include "data/pixel_image.h"

namespace tnn {

/// An image as the bytes of a PNG file, red, green and blue of 8 bits. SystemError where that fails.
std::string png_bytes(const PixelImage& image);

/// Writes an image as PNG, red, green and blue of 8 bits; the file is there whole or not at all. SystemError where it cannot be written.
void write_png(const std::filesystem::path& path, const PixelImage& image);

}  // namespace tnn
