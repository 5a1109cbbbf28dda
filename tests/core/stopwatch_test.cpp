#include "core/stopwatch.h"

#include "catch_compat.h"

using namespace tnn;

TEST_CASE("a stopwatch never goes back, and begins anew where it is assigned") {
  Stopwatch watch;
  double last = watch.seconds();
  CHECK(last >= 0);
  while (last < 0.002) {
    const double now = watch.seconds();
    REQUIRE(now >= last);
    last = now;
  }
  const Stopwatch whole = watch;
  watch = {};
  CHECK(watch.seconds() <= whole.seconds());
}
