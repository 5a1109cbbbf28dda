#pragma once

#include <cstdint>
#include <vector>

#include "detection/box.h"
#include "detection/detector_options.h"

namespace tnn {

/// The places of a feature map, and how far apart they lie in the input.
struct FeatureGrid {
  int64_t height = 0, width = 0;
  int64_t stride = 16;  ///< pixels

  int64_t input_height() const { return height * stride; }
  int64_t input_width() const { return width * stride; }
};

/// The anchors around (0, 0), sizes innermost: of each ratio every size; corners rounded to whole pixels, as torchvision has them.
std::vector<Box> base_anchors(const AnchorOptions& options);

/// The grid of a level of this height and width (DetectorOptions::levels).
FeatureGrid grid_of_level(const DetectorOptions& options, int64_t level, int64_t height, int64_t width);

/// The anchors of all places, row by row, at each place in the order of base_anchors(): height * width * per_place().
std::vector<Box> grid_anchors(const AnchorOptions& options, const FeatureGrid& grid);

}  // namespace tnn
