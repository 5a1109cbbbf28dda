#include "core/random_stream.h"

#include <cmath>

#include "catch_compat.h"

using namespace tnn;

TEST_CASE("a random stream depends on seed, purpose and every index, and on nothing else") {
  const auto first = [](uint64_t seed, RandomPurpose purpose, uint64_t a, uint64_t b) {
    return RandomStream(seed, purpose, {a, b}).next();
  };
  const uint64_t reference = first(1, RandomPurpose::shuffle, 2, 3);
  CHECK(first(1, RandomPurpose::shuffle, 2, 3) == reference);
  CHECK(first(2, RandomPurpose::shuffle, 2, 3) != reference);
  CHECK(first(1, RandomPurpose::gating, 2, 3) != reference);
  CHECK(first(1, RandomPurpose::shuffle, 3, 2) != reference);
}

TEST_CASE("uniform, normal and beta numbers have the moments they should") {
  RandomStream stream(7);
  const int count = 200000;
  double uniform = 0, normal = 0, squares = 0, beta = 0;
  for (int i = 0; i < count; ++i) {
    const double u = stream.uniform_above(0.0, 1.0);
    REQUIRE((u > 0.0 && u <= 1.0));
    uniform += u;
    const double x = stream.normal();
    normal += x;
    squares += x * x;
    beta += stream.beta(2.0, 3.0);
  }
  CHECK(std::abs(uniform / count - 0.5) < 0.005);
  CHECK(std::abs(normal / count) < 0.01);
  CHECK(std::abs(squares / count - 1.0) < 0.02);
  CHECK(std::abs(beta / count - 0.4) < 0.005);
}

TEST_CASE("below reaches every value and never the bound") {
  RandomStream stream(3);
  std::vector<int> seen(7);
  for (int i = 0; i < 7000; ++i) ++seen.at(stream.below(7));
  for (const int n : seen) CHECK(n > 800);
}
