#include "meters/statistics.h"

#include <cmath>
#include <numeric>

#include "catch_compat.h"
#include "meters/plateau.h"

using namespace tnn;

namespace {
std::vector<double> one_to(size_t count) {
  std::vector<double> values(count);
  std::iota(values.begin(), values.end(), 1.0);
  return values;
}
}  // namespace

TEST_CASE("percentiles are those of the nearest rank") {
  CHECK(percentile(one_to(100), 0.5) == 50);
  CHECK(percentile(one_to(100), 0.9) == 90);
  CHECK(percentile(one_to(100), 0.99) == 99);
  CHECK(percentile(one_to(10), 0.99) == 10);
  CHECK(percentile({7}, 0.5) == 7);
  CHECK(median({3, 1, 2}) == 2);
  CHECK_THROWS_AS(percentile({}, 0.5), std::logic_error);
}

TEST_CASE("an interval over repetitions is Student's, and none of one") {
  const Estimate three = estimate_mean({1, 2, 3});
  CHECK(three.value == 2);
  CHECK(*three.high == Approx(2 + 4.303 / std::sqrt(3)).epsilon(1e-4));
  CHECK_FALSE(estimate_mean({5}).low);
}

TEST_CASE("pairs that differ in the same way differ beyond noise") {
  CHECK(differs_beyond_noise({10, 20, 30}, {11, 21, 31.1}) == true);  // although the repetitions themselves differ more
  CHECK(differs_beyond_noise({10, 20, 30}, {11, 19, 31}) == false);
  CHECK_FALSE(differs_beyond_noise({1}, {2}));
}

TEST_CASE("the early-stopping estimate is MLPerf's") {
  CHECK_FALSE(early_stopping_percentile(one_to(63), 0.9));
  CHECK(early_stopping_percentile(one_to(64), 0.9) == 64);
  const double estimate = *early_stopping_percentile(one_to(1024), 0.9);
  CHECK(estimate > percentile(one_to(1024), 0.9));
  CHECK(estimate < percentile(one_to(1024), 0.95));
  CHECK(*early_stopping_percentile(one_to(100000), 0.9) == Approx(90000).epsilon(0.01));
}

TEST_CASE("a plateau is four blocks in a row within three per cent") {
  PlateauTest falling;
  for (const double median : {4.0, 3.0, 2.5, 2.2, 2.1, 2.05}) {
    falling.add(median);
    CHECK_FALSE(falling.reached());
  }
  for (const double median : {2.04, 2.03}) falling.add(median);
  CHECK_FALSE(falling.reached());
  falling.add(2.04);
  CHECK(falling.reached());
  falling.add(2.5);
  CHECK_FALSE(falling.reached());
}
