#pragma once

#include <memory>

#include "data/image_decoder.h"

namespace tnn {

/// PNG by libpng, brought to 8-bit RGB: palettes and bits are expanded, grey becomes three equal channels, of 16 bits the upper 8 count,
/// transparency is dropped and gamma ignored (as Pillow's convert("RGB")). A checksum that does not fit is damage.
class PngDecoder : public ImageDecoder {
 public:
  explicit PngDecoder(std::span<const uint8_t> bytes);
  ~PngDecoder() override;

  ImageExtent extent() const override;
  ImageExtent scaled_extent(int) const override { return extent(); }
  bool can_scale() const override { return false; }
  void decode(const PixelBox& region, int denominator, PixelImage& out) override;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace tnn
