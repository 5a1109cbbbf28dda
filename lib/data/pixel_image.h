#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "data/resize.h"

namespace tnn {

/// A rectangle of an image, in pixels from its upper left corner.
struct PixelBox {
  int top = 0, left = 0, height = 0, width = 0;
  bool operator==(const PixelBox&) const = default;
};

/// What two rectangles have in common, which is not nothing.
constexpr PixelBox common_part(const PixelBox& a, const PixelBox& b) {
  const int top = a.top > b.top ? a.top : b.top, left = a.left > b.left ? a.left : b.left;
  const int bottom = a.top + a.height < b.top + b.height ? a.top + a.height : b.top + b.height;
  const int right = a.left + a.width < b.left + b.width ? a.left + a.width : b.left + b.width;
  return {top, left, bottom - top, right - left};
}

constexpr PixelBox whole_box(ImageExtent image) { return {0, 0, image.height, image.width}; }

/// A colour image: rows of pixels of four bytes, red, green, blue and one without meaning, so that a pixel is a lane of arithmetic.
/// Rows lie `stride` bytes apart and begin `offset` bytes into the buffer, which is kept from one image to the next.
struct PixelImage {
  static constexpr size_t kPixelBytes = 4;
  static constexpr size_t kSlackBytes = 32;  ///< behind the last row, where wide instructions may read and write

  int height = 0, width = 0;
  size_t stride = 0, offset = 0;
  std::vector<uint8_t> bytes;

  /// Rows without a gap; what the pixels were is lost.
  void resize(int rows, int columns) {
    height = rows, width = columns, offset = 0;
    stride = static_cast<size_t>(columns) * kPixelBytes;
    bytes.resize(static_cast<size_t>(rows) * stride + kSlackBytes);
  }
  uint8_t* row(int y) { return bytes.data() + offset + static_cast<size_t>(y) * stride; }
  const uint8_t* row(int y) const { return bytes.data() + offset + static_cast<size_t>(y) * stride; }
};

}  // namespace tnn
