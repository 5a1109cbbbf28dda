#include "data/image_decoder.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "data/jpeg_decoder.h"
#include "data/png_decoder.h"

namespace tnn {
namespace {

template <size_t N>
bool begins_with(std::span<const uint8_t> bytes, const std::array<uint8_t, N>& magic) {
  return bytes.size() >= N && std::equal(magic.begin(), magic.end(), bytes.begin());
}

std::unique_ptr<ImageDecoder> make_decoder(std::span<const uint8_t> bytes) {
  constexpr std::array<uint8_t, 3> kJpeg{0xFF, 0xD8, 0xFF};
  constexpr std::array<uint8_t, 8> kPng{0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};
  if (begins_with(bytes, kJpeg)) return std::make_unique<JpegDecoder>(bytes);
  if (begins_with(bytes, kPng)) return std::make_unique<PngDecoder>(bytes);
  if (bytes.empty()) throw DamagedImage("the file is empty");
  std::string start;
  for (const uint8_t byte : bytes.first(std::min<size_t>(bytes.size(), 8))) start += fmt::format(" {:02x}", byte);
  throw DamagedImage(fmt::format("neither JPEG nor PNG: the content begins with{}", start));
}

}  // namespace

std::unique_ptr<ImageDecoder> open_image(std::span<const uint8_t> bytes) {
  auto decoder = make_decoder(bytes);
  const ImageExtent extent = decoder->extent();
  if (int64_t{extent.height} * extent.width > kMostPixels)
    throw DamagedImage(fmt::format("{} x {} pixels: more than {} are not read", extent.width, extent.height, kMostPixels));
  return decoder;
}

void decode_image(std::span<const uint8_t> bytes, PixelImage& out) {
  const auto decoder = open_image(bytes);
  decoder->decode(whole_box(decoder->extent()), 1, out);
}

}  // namespace tnn
