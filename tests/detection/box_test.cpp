#include "detection/box.h"

#include "catch_compat.h"

using namespace tnn;

TEST_CASE("detection: IoU of boxes, empty and disjoint ones too") {
  CHECK(iou({0, 0, 2, 2}, {1, 1, 3, 3}) == Approx(1.0 / 7));
  CHECK(iou({0, 0, 2, 2}, {0, 0, 2, 2}) == 1.0);
  CHECK(iou({0, 0, 2, 2}, {2, 0, 4, 2}) == 0.0);
  CHECK(iou({0, 0, 2, 2}, {5, 5, 9, 9}) == 0.0);
  CHECK(iou({1, 1, 1, 1}, {1, 1, 1, 1}) == 0.0);
  CHECK(iou({3, 3, 1, 1}, {0, 0, 4, 4}) == 0.0);
}

TEST_CASE("detection: a clipped box lies in the image") {
  CHECK(clipped({-3, 2, 12, 30}, 10, 20) == Box{0, 2, 10, 20});
  CHECK(clipped({11, 22, 12, 30}, 10, 20).area() == 0.0);
}
