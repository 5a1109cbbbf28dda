#include "tasks/interval.h"

#include "catch_compat.h"

using namespace tnn;

TEST_CASE("Wilson's interval has the published values and stays in [0, 1]") {
  // Newcombe 1998, table I: 81 of 263, and 0 of 20.
  CHECK(wilson_interval(81, 263).low == Approx(0.2553).margin(5e-5));
  CHECK(wilson_interval(81, 263).high == Approx(0.3662).margin(5e-5));
  CHECK(wilson_interval(0, 20).low == 0.0);
  CHECK(wilson_interval(0, 20).high == Approx(0.1611).margin(5e-5));
  CHECK(wilson_interval(20, 20).high == 1.0);
  CHECK(wilson_interval(0, 0).low == 0.0);
  CHECK(wilson_interval(0, 0).high == 1.0);
}
