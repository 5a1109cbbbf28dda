#pragma once

#include <cstdint>

namespace tnn {

/// Height and width in pixels.
struct ImageExtent {
  int height = 0, width = 0;
  bool operator==(const ImageExtent&) const = default;
};

/// Resizes `channels` planes of bytes: area averaging where both sides shrink or stay, bilinear otherwise. Single-threaded, the same result
/// from any thread. `in` has channels * from.height * from.width bytes, `out` as many as `to` says; they do not overlap.
void resize_planes(const uint8_t* in, int channels, ImageExtent from, uint8_t* out, ImageExtent to);

}  // namespace tnn
