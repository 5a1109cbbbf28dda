#include "data/fitted_extent.h"

#include "catch_compat.h"

using namespace tnn;

namespace {

constexpr ExtentLimits kUsual{600, 1000, {1000, 1000}};

}  // namespace

TEST_CASE("the shorter side becomes short_side unless the longer would exceed long_side") {
  CHECK(fitted_extent({375, 500}, kUsual) == ImageExtent{600, 800});
  CHECK(fitted_extent({500, 375}, kUsual) == ImageExtent{800, 600});
  CHECK(fitted_extent({333, 1000}, kUsual) == ImageExtent{333, 1000});
  CHECK(fitted_extent({2000, 1000}, kUsual) == ImageExtent{1000, 500});
}

TEST_CASE("a side without a limit may have any length that the canvas has room for") {
  CHECK(fitted_extent({100, 200}, {50, 0, {400, 400}}) == ImageExtent{50, 100});
  CHECK(fitted_extent({100, 200}, {0, 50, {400, 400}}) == ImageExtent{25, 50});
  CHECK(fitted_extent({100, 200}, {0, 0, {400, 400}}) == ImageExtent{200, 400});
  CHECK(fitted_extent({100, 200}, {600, 1000, {240, 400}}) == ImageExtent{200, 400});
  CHECK(fitted_extent({100, 200}, {600, 1000, {150, 400}}) == ImageExtent{150, 300});
}

TEST_CASE("a factor changes what the sides' limits give, not the canvas") {
  CHECK(fitted_extent({100, 200}, {50, 0, {400, 400}}, 1.5) == ImageExtent{75, 150});
  CHECK(fitted_extent({100, 200}, {50, 0, {60, 400}}, 1.5) == ImageExtent{60, 120});
}

TEST_CASE("the smallest and the longest images have at least a pixel each way and fit into the canvas") {
  CHECK(fitted_extent({1, 1}, kUsual) == ImageExtent{600, 600});
  CHECK(fitted_extent({10, 10000}, kUsual) == ImageExtent{1, 1000});
  CHECK(fitted_extent({10000, 2}, kUsual) == ImageExtent{1000, 1});
  CHECK(fitted_extent({1, 3}, {0, 0, {7, 7}}) == ImageExtent{2, 7});
}
