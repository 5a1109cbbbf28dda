#pragma once

#include "data/resize.h"

namespace tnn {

/// What became of an image on its way to the network, as a map of places, so that boxes and points follow it. Places are in pixels from
/// the upper left corner; the middle of the first pixel is (0.5, 0.5).
struct Geometry {
  struct Point {
    double x = 0, y = 0;
  };

  double scale_x = 1, scale_y = 1;  ///< pixels of the output for one of the source
  double left = 0, top = 0;         ///< what is cut off the scaled image, in pixels of the output; below 0: padding
  bool flipped = false;             ///< mirrored left to right after that
  ImageExtent source, output;

  /// Where a place of the source lies in the output; beyond its borders where it was cut off.
  Point map(double x, double y) const {
    const double across = x * scale_x - left;
    return {flipped ? output.width - across : across, y * scale_y - top};
  }

  /// The map of an image of size `original` that was resized to `source` before.
  Geometry after_resize(ImageExtent original) const {
    Geometry whole = *this;
    whole.scale_x *= static_cast<double>(source.width) / original.width;
    whole.scale_y *= static_cast<double>(source.height) / original.height;
    whole.source = original;
    return whole;
  }
};

}  // namespace tnn
