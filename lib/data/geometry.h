#pragma once

#include <algorithm>

#include "data/resize.h"
#include "detection/box.h"

namespace tnn {

/// What became of an image on its way to the network, as a map of places, so that boxes and points follow it. Places are in pixels from
/// the upper left corner; the middle of the first pixel is (0.5, 0.5).
struct Geometry {
  struct Point {
    double x = 0, y = 0;
  };

  double scale_x = 1, scale_y = 1;  ///< pixels of the output for one of the source
  double left = 0, top = 0;         ///< what is cut off the scaled image, in pixels of the output; below 0: padding
  bool flipped = false;             ///< mirrored left to right after that, within `shown()`
  ImageExtent source, output;
  ImageExtent part =
      {};  ///< the part of the output, from its upper left corner, that the image fills, the rest being empty; 0 x 0: all of it

  /// The part of the output, from its upper left corner, that the image fills.
  ImageExtent shown() const { return part == ImageExtent{} ? output : part; }

  /// Where a place of the source lies in the output; beyond its borders where it was cut off.
  Point map(double x, double y) const {
    const double across = x * scale_x - left;
    return {flipped ? shown().width - across : across, y * scale_y - top};
  }
  /// The place of the source that map() sends there.
  Point unmap(double x, double y) const {
    const double across = flipped ? shown().width - x : x;
    return {(across + left) / scale_x, (y + top) / scale_y};
  }
  /// The same for rectangles, whose corners stay in order.
  Box map(const Box& box) const { return spanned(map(box.x1, box.y1), map(box.x2, box.y2)); }
  Box unmap(const Box& box) const { return spanned(unmap(box.x1, box.y1), unmap(box.x2, box.y2)); }

  /// The map of an image of size `original` that was resized to `source` before.
  Geometry after_resize(ImageExtent original) const {
    Geometry whole = *this;
    whole.scale_x *= static_cast<double>(source.width) / original.width;
    whole.scale_y *= static_cast<double>(source.height) / original.height;
    whole.source = original;
    return whole;
  }

 private:
  /// Of two corners that may have changed sides.
  static Box spanned(const Point& a, const Point& b) { return {std::min(a.x, b.x), a.y, std::max(a.x, b.x), b.y}; }
};

}  // namespace tnn
