#include "data/png_writer.h"

#include <fmt/format.h>
#include <png.h>

#include <string>

#include "core/atomic_file.h"
#include "core/error.h"

namespace tnn {

std::string png_bytes(const PixelImage& image) {
  constexpr size_t kBytes = 3;  // a pixel of the file
  std::vector<uint8_t> pixels;
  pixels.reserve(static_cast<size_t>(image.height) * static_cast<size_t>(image.width) * kBytes);
  for (int y = 0; y < image.height; ++y)
    for (int x = 0; x < image.width; ++x) {
      const uint8_t* pixel = image.row(y) + static_cast<size_t>(x) * PixelImage::kPixelBytes;
      pixels.insert(pixels.end(), pixel, pixel + kBytes);
    }
  png_image header{};
  header.version = PNG_IMAGE_VERSION;
  header.width = static_cast<png_uint_32>(image.width);
  header.height = static_cast<png_uint_32>(image.height);
  header.format = PNG_FORMAT_RGB;
  png_alloc_size_t size = 0;
  const auto fault = [&] { return SystemError(fmt::format("the image cannot be made a PNG: {}", header.message)); };
  if (!png_image_write_to_memory(&header, nullptr, &size, 0, pixels.data(), 0, nullptr)) throw fault();
  std::string bytes(size, '\0');
  if (!png_image_write_to_memory(&header, bytes.data(), &size, 0, pixels.data(), 0, nullptr)) throw fault();
  bytes.resize(size);
  return bytes;
}

void write_png(const std::filesystem::path& path, const PixelImage& image) try {
  write_file_atomically(path, png_bytes(image));
} catch (const SystemError& error) {
  if (std::string(error.what()).find(path.string()) != std::string::npos) throw;
  throw SystemError(fmt::format("'{}': {}", path.string(), error.what()));
}

}  // namespace tnn
