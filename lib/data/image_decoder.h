#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "data/encoded_images.h"
#include "data/pixel_image.h"

namespace tnn {

/// Most pixels of one image, against files that claim more than memory holds.
constexpr int64_t kMostPixels = int64_t{1} << 28;

/// Decodes one JPEG or PNG image. The bytes must outlive it.
class ImageDecoder {
 public:
  virtual ~ImageDecoder() = default;
  /// Height and width as stored; an orientation in EXIF is not applied (as Pillow and torchvision leave it).
  virtual ImageExtent extent() const = 0;
  /// The size at which decode() works for this denominator.
  virtual ImageExtent scaled_extent(int denominator) const = 0;
  /// Whether decoding at 1/2, 1/4 and 1/8 size is cheaper than whole (JPEG).
  virtual bool can_scale() const = 0;
  /// Decodes a part of the image, once. `region` is in pixels of scaled_extent(denominator); denominator: 1, 2, 4 or 8, and 1 where the
  /// decoder cannot scale. The pixels are those that decoding the whole image gives. DamagedImage says what is wrong.
  virtual void decode(const PixelBox& region, int denominator, PixelImage& out) = 0;
};

/// The decoder for what the content is, whatever the file is called; reads the header. DamagedImage where it is neither JPEG nor PNG, has
/// more than kMostPixels, or its header is damaged.
std::unique_ptr<ImageDecoder> open_image(std::span<const uint8_t> bytes);

/// The whole image at full size.
void decode_image(std::span<const uint8_t> bytes, PixelImage& out);

}  // namespace tnn
