#include "runtime/kernels/image_layout.h"

#include <algorithm>

namespace tnn::kernels {

ImageLayout ImageLayout::dense(const std::vector<int64_t>& extent) {
  return {extent, std::vector<int64_t>(extent.size(), 0), std::vector<int64_t>(extent.size(), 0)};
}

void ImageLayout::widen_for(const Window& window, const std::vector<int64_t>& output_extent) {
  for (size_t d = 0; d < dimensions(); ++d) {
    const int64_t last = (output_extent[d] - 1) * window.stride[d] - window.padding[d] + (window.kernel[d] - 1) * window.dilation[d];
    low_halo[d] = std::max(low_halo[d], window.padding[d]);
    high_halo[d] = std::max(high_halo[d], last - (extent[d] - 1));
  }
}

int64_t ImageLayout::positions() const {
  int64_t product = 1;
  for (const int64_t size : extent) product *= size;
  return product;
}

int64_t ImageLayout::pixels_per_image() const { return stride(static_cast<size_t>(-1)); }

int64_t ImageLayout::stride(size_t dimension) const {
  int64_t product = 1;
  for (size_t d = dimension + 1; d < dimensions(); ++d) product *= padded(d);
  return product;
}

int64_t ImageLayout::pixel(int64_t image, const std::vector<int64_t>& position) const {
  int64_t index = image;
  for (size_t d = 0; d < dimensions(); ++d) index = index * padded(d) + low_halo[d] + position[d];
  return index;
}

}  // namespace tnn::kernels
