#include "core/error.h"
#include "difference.h"

using namespace tnn;

TEST_CASE("the reference engine equals direct evaluation of random graphs at every operating point") {
  for (uint64_t seed = 0; seed < 300; ++seed) {
    INFO("seed " << seed);
    REQUIRE(difference_at_all_points(random_model(seed), "reference", 1 + static_cast<int64_t>(seed % 3)) <= 1e-5);
  }
}

TEST_CASE("the reference engine refuses a precision that it does not have") {
  const SavedModel saved(1);
  CHECK_THROWS_AS(ThrottledNetwork::load(saved.path, {.engine = "reference", .precision = Precision::bf16}), tnn::Error);
}
