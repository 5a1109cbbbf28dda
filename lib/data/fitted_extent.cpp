#include "data/fitted_extent.h"

#include <algorithm>
#include <cmath>

namespace tnn {
namespace {

int resized(int side, double scale, int highest) { return std::clamp(static_cast<int>(std::lround(side * scale)), 1, highest); }

}  // namespace

ImageExtent fitted_extent(ImageExtent image, const ExtentLimits& limits, double factor) {
  const double height = image.height, width = image.width;
  const double canvas = std::min(limits.canvas.height / height, limits.canvas.width / width);
  double scale = limits.short_side > 0 || limits.long_side > 0 ? HUGE_VAL : canvas;
  if (limits.short_side > 0) scale = limits.short_side / std::min(height, width);
  if (limits.long_side > 0) scale = std::min(scale, limits.long_side / std::max(height, width));
  scale = std::min(scale * factor, canvas);
  return {resized(image.height, scale, limits.canvas.height), resized(image.width, scale, limits.canvas.width)};
}

}  // namespace tnn
