#pragma once

#include <algorithm>

namespace tnn {

/// A rectangle in an image, half-open: from x1 to before x2, from y1 to before y2, in pixels from the upper left corner; the first pixel is
/// [0, 1) x [0, 1). PASCAL VOC's corners, counted from 1 and both inside, become (xmin - 1, ymin - 1, xmax, ymax), COCO's [x, y, w, h]
/// (x, y, x + w, y + h), both where they are read.
struct Box {
  double x1 = 0, y1 = 0, x2 = 0, y2 = 0;

  double width() const { return x2 - x1; }
  double height() const { return y2 - y1; }
  /// 0 of a box that is empty or has its corners the wrong way round.
  double area() const { return std::max(0.0, width()) * std::max(0.0, height()); }
  bool operator==(const Box&) const = default;
};

/// The part that two boxes share; empty where there is none.
inline Box intersection(const Box& a, const Box& b) {
  return {std::max(a.x1, b.x1), std::max(a.y1, b.y1), std::min(a.x2, b.x2), std::min(a.y2, b.y2)};
}

/// Intersection over union, in [0, 1]; 0 where both are empty.
inline double iou(const Box& a, const Box& b) {
  const double shared = intersection(a, b).area(), together = a.area() + b.area() - shared;
  return together > 0 ? shared / together : 0.0;
}

/// What of a box lies in an image of this size.
inline Box clipped(const Box& box, double width, double height) {
  return {std::clamp(box.x1, 0.0, width), std::clamp(box.y1, 0.0, height), std::clamp(box.x2, 0.0, width), std::clamp(box.y2, 0.0, height)};
}

}  // namespace tnn
