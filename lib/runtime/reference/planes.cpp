#include "runtime/reference/planes.h"

namespace tnn::reference {

Grid grid_of(const std::vector<int64_t>& extent) {
  Grid grid;
  for (size_t i = 0; i < extent.size(); ++i) grid.size[3 - extent.size() + i] = extent[i];
  return grid;
}

Coordinates upsampling_scale(int64_t factor, size_t dimensions) {
  Coordinates scale{1, 1, 1};
  for (size_t i = 0; i < dimensions; ++i) scale[2 - i] = factor;
  return scale;
}

Taps taps_of(const Window& window) {
  Taps taps;
  const size_t missing = 3 - window.kernel.size();
  for (size_t i = 0; i < window.kernel.size(); ++i) {
    taps.kernel[missing + i] = window.kernel[i];
    taps.stride[missing + i] = window.stride[i];
    taps.padding[missing + i] = window.padding[i];
    taps.dilation[missing + i] = window.dilation[i];
  }
  return taps;
}

}  // namespace tnn::reference
