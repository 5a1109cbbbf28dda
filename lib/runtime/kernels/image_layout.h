#pragma once

#include <cstdint>
#include <vector>

#include "graph/node.h"

namespace tnn::kernels {

inline int64_t divide_up(int64_t value, int64_t by) { return (value + by - 1) / by; }
inline int64_t round_up(int64_t value, int64_t multiple) { return divide_up(value, multiple) * multiple; }

/// Floats between neighbouring pixels of a wide value with that many active channels: a multiple of 16, and an odd number of cache lines,
/// lest the pixels of a tile share cache sets.
inline int64_t wide_pixel_stride(int64_t channels) {
  const int64_t blocks = (channels + 15) / 16;
  return 16 * (blocks + (blocks % 2 == 0 ? 1 : 0));
}

/// How the pixels of a batch are numbered: each image is a box of its extent and a halo of zeros around it, so that windows need no test of
/// bounds; the last dimension runs fastest. The numbering is the same at every operating point; only the stride of a pixel differs.
struct ImageLayout {
  std::vector<int64_t> extent;     ///< {H, W}, {T, H, W}, or {} for one pixel
  std::vector<int64_t> low_halo;   ///< before each dimension
  std::vector<int64_t> high_halo;  ///< after it

  /// Without halo.
  static ImageLayout dense(const std::vector<int64_t>& extent);
  /// Widens the halo to what a window needs that slides over it and gives `output_extent`.
  void widen_for(const Window& window, const std::vector<int64_t>& output_extent);

  size_t dimensions() const { return extent.size(); }
  int64_t padded(size_t dimension) const { return low_halo[dimension] + extent[dimension] + high_halo[dimension]; }
  int64_t positions() const;         ///< of one image without halo
  int64_t pixels_per_image() const;  ///< with halo
  /// Pixels between neighbours in a dimension.
  int64_t stride(size_t dimension) const;
  /// The number of a pixel; `position` may reach into the halo.
  int64_t pixel(int64_t image, const std::vector<int64_t>& position) const;
  bool has_halo() const { return pixels_per_image() != positions(); }

  bool operator==(const ImageLayout&) const = default;
};

/// Calls visit(position) for every position of a box, the last dimension fastest.
template <typename Visit>
void for_each_position(const std::vector<int64_t>& extent, Visit visit) {
  for (const int64_t size : extent)
    if (size == 0) return;
  std::vector<int64_t> position(extent.size(), 0);
  while (true) {
    visit(position);
    size_t d = extent.size();
    while (d > 0 && ++position[d - 1] == extent[d - 1]) position[--d] = 0;
    if (d == 0) return;
  }
}

}  // namespace tnn::kernels
