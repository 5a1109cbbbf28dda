#include "detection/anchors.h"

#include <cmath>

namespace tnn {

std::vector<Box> base_anchors(const AnchorOptions& options) {
  std::vector<Box> anchors;
  for (const double ratio : options.ratios)
    for (const double size : options.sizes) {
      const double stretch = std::sqrt(ratio), half_width = size / stretch / 2, half_height = size * stretch / 2;
      // nearbyint: halves to even, as torch.round.
      anchors.push_back(
          {std::nearbyint(-half_width), std::nearbyint(-half_height), std::nearbyint(half_width), std::nearbyint(half_height)});
    }
  return anchors;
}

FeatureGrid grid_of_level(const DetectorOptions& options, int64_t level, int64_t height, int64_t width) {
  return {height, width, options.stride << level};
}

std::vector<Box> grid_anchors(const AnchorOptions& options, const FeatureGrid& grid) {
  const std::vector<Box> base = base_anchors(options);
  std::vector<Box> anchors;
  anchors.reserve(base.size() * static_cast<size_t>(grid.height * grid.width));
  for (int64_t row = 0; row < grid.height; ++row)
    for (int64_t column = 0; column < grid.width; ++column) {
      const auto x = static_cast<double>(column * grid.stride), y = static_cast<double>(row * grid.stride);
      for (const Box& box : base) anchors.push_back({box.x1 + x, box.y1 + y, box.x2 + x, box.y2 + y});
    }
  return anchors;
}

}  // namespace tnn
