#pragma once

#include "data/resize.h"

namespace tnn {

/// How large an image may become whose ratio is kept.
struct ExtentLimits {
  int short_side = 0, long_side = 0;  ///< pixels of the shorter and of the longer side; 0: no limit
  ImageExtent canvas;                 ///< of height and width
};

/// The size of an image that is resized by the largest factor within the limits, smaller images to a larger size, each side rounded to a
/// whole number of pixels, 1 at least. `factor` (above 0) is multiplied to what the sides' limits give; the canvas stays a limit.
ImageExtent fitted_extent(ImageExtent image, const ExtentLimits& limits, double factor = 1);

}  // namespace tnn
