#pragma once

#include <cstdint>
#include <vector>

#include "detection/box.h"
#include "detection/detector_options.h"

namespace tnn {

/// The extent of a feature map and of the input it was computed from.
struct FeatureGrid {
  int64_t height = 0, width = 0;              ///< of the feature map
  int64_t input_height = 0, input_width = 0;  ///< pixels

  /// Pixels from one place to the next: torchvision's whole quotient.
  int64_t stride_y() const { return input_height / height; }
  int64_t stride_x() const { return input_width / width; }
};

/// The anchors around (0, 0), sizes innermost: of each ratio every size; corners rounded to whole pixels, as torchvision has them.
std::vector<Box> base_anchors(const AnchorOptions& options);

/// The anchors of all places, row by row, at each place in the order of base_anchors(): height * width * per_place().
std::vector<Box> grid_anchors(const AnchorOptions& options, const FeatureGrid& grid);

}  // namespace tnn
