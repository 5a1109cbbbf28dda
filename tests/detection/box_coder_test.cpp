#include "detection/box_coder.h"

#include <cmath>

#include "catch_compat.h"
#include "core/random_stream.h"

using namespace tnn;

namespace {

Box random_box(RandomStream& random) {
  const double x = 100 * random.uniform(), y = 100 * random.uniform();
  return {x, y, x + 1 + 80 * random.uniform(), y + 1 + 80 * random.uniform()};
}

}  // namespace

TEST_CASE("box coder: decodes what it encoded") {
  RandomStream random(1);
  const BoxCoder coder(std::array<double, 4>{10, 10, 5, 5});
  for (int i = 0; i < 500; ++i) {
    const Box reference = random_box(random), box = random_box(random), again = coder.decode(reference, coder.encode(reference, box));
    CHECK(again.x1 == Approx(box.x1).margin(1e-9));
    CHECK(again.y1 == Approx(box.y1).margin(1e-9));
    CHECK(again.x2 == Approx(box.x2).margin(1e-9));
    CHECK(again.y2 == Approx(box.y2).margin(1e-9));
  }
}

TEST_CASE("box coder: the deltas of a box by hand") {
  const auto deltas = BoxCoder().encode({0, 0, 10, 20}, {5, 10, 25, 30});
  CHECK(deltas[0] == Approx(1.0));            // centres 5 and 15, width 10
  CHECK(deltas[1] == Approx(0.5));            // 10 and 20, height 20
  CHECK(deltas[2] == Approx(std::log(2.0)));  // 10 becomes 20
  CHECK(deltas[3] == Approx(0.0).margin(1e-12));
}

TEST_CASE("box coder: boxes without area and huge deltas stay finite") {
  for (const double delta : BoxCoder().encode({3, 3, 3, 3}, {1, 1, 1, 1})) CHECK(std::isfinite(delta));
  const Box box = BoxCoder().decode({0, 0, 16, 16}, {0, 0, 1e30, 1e30});
  CHECK(box.width() == Approx(1000.0));
  CHECK(box.height() == Approx(1000.0));
}
