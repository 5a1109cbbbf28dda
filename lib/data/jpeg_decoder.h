#pragma once

#include <memory>

#include "data/image_decoder.h"

namespace tnn {

/// JPEG by libjpeg-turbo with its default transform (slow integer) and smooth upsampling, as djpeg and Pillow use it: grey becomes three
/// equal channels, CMYK and YCCK become RGB (R = C K / 255 of the inverted values that Adobe's programs store).
///
/// Of a part, only the blocks that it needs are transformed; the pixels are the same. What libjpeg warns of is damage (data that end early,
/// codes that do not exist), but for a few stray bytes between markers and oddities of the header, which change no pixel. A file that does
/// not end with an end marker is decoded to its end, so that a cut-off file is found whichever part is asked for; damage below the part of
/// a file that does end with one is not seen.
class JpegDecoder : public ImageDecoder {
 public:
  explicit JpegDecoder(std::span<const uint8_t> bytes);
  ~JpegDecoder() override;

  ImageExtent extent() const override;
  ImageExtent scaled_extent(int denominator) const override;
  bool can_scale() const override { return true; }
  void decode(const PixelBox& region, int denominator, PixelImage& out) override;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace tnn
