#include "detection/anchors.h"

#include "catch_compat.h"

using namespace tnn;

TEST_CASE("anchors: the nine of the Faster R-CNN paper around one place, rounded to pixels") {
  const std::vector<Box> anchors = base_anchors({{128, 256, 512}, {0.5, 1, 2}});
  REQUIRE(anchors.size() == 9);
  CHECK(anchors[0] == Box{-91, -45, 91, 45});  // 128 / sqrt(.5) = 181.02 wide, 90.51 high
  CHECK(anchors[4] == Box{-128, -128, 128, 128});
  CHECK(anchors[6] == Box{-45, -91, 45, 91});
}

TEST_CASE("anchors: row by row over the places of the feature map, a stride apart") {
  const AnchorOptions options{{8}, {1, 4}};
  const std::vector<Box> anchors = grid_anchors(options, {2, 3, 16});
  REQUIRE(anchors.size() == 12);
  CHECK(anchors[0] == Box{-4, -4, 4, 4});
  CHECK(anchors[1] == Box{-2, -8, 2, 8});
  CHECK(anchors[2] == Box{12, -4, 20, 4});  // the next column
  CHECK(anchors[6] == Box{-4, 12, 4, 20});  // the next row
  CHECK(options.per_place() == 2);
}
