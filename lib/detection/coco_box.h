#pragma once

#include <cmath>

#include "detection/box.h"

namespace tnn {

/// The side w of COCO's [x, y, w, h] that leads from a corner to the other: the number of the fewest decimals, up to 6, for which x + w is
/// `high` in floating point, else the difference. A file's 10.1 and 32 become corners of 10.1 and 42.1, whose difference is
/// 32.00000000000001; this is 32 again, so that areas and overlaps are those of the numbers in the file, on the edge of a threshold too.
inline double coco_side(double low, double high) {
  const double difference = high - low;
  if (!(std::abs(difference) < 1e9)) return difference;
  double scale = 1;
  for (int decimals = 0; decimals <= 6; ++decimals, scale *= 10) {
    const double side = std::nearbyint(difference * scale) / scale;
    if (low + side == high) return side;
  }
  return difference;
}

/// COCO's form of a box: its upper left corner, width and height, in pixels.
struct CocoBox {
  double x = 0, y = 0, w = 0, h = 0;
  double area() const { return w * h; }
};

inline CocoBox coco_box(const Box& box) { return {box.x1, box.y1, coco_side(box.x1, box.x2), coco_side(box.y1, box.y2)}; }

inline Box box_from_coco(const CocoBox& box) { return {box.x, box.y, box.x + box.w, box.y + box.h}; }

/// What `box_area` of an object or a detection is for a box of a file: 0 where the corners give its area again.
inline double stated_area(const CocoBox& box) {
  const double area = box.area();
  return area == coco_box(box_from_coco(box)).area() ? 0 : area;
}

/// The area of an object's or a detection's box, as the file had it; 0 where its corners are the wrong way round.
template <typename Boxed>
double box_area(const Boxed& boxed) {
  if (boxed.box_area > 0) return boxed.box_area;
  return boxed.box.area() > 0 ? coco_box(boxed.box).area() : 0;
}

}  // namespace tnn
