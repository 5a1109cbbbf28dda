#include "gating/utilization_list.h"

#include "catch_compat.h"
#include "core/error.h"

using namespace tnn;

TEST_CASE("utilizations are named by distinct, by a range, or by a list") {
  const std::vector<OperatingPoint> points{{0.25, 0, 0.4, {}}, {1.0, 0.4, 1, {}}};
  CHECK(parse_utilizations("distinct", points) == std::vector<double>{0.25, 1.0});
  CHECK(parse_utilizations("0.1:1.0:0.1", points).size() == 10);
  CHECK(parse_utilizations("0.1:1.0:0.1", points).back() == 1.0);
  CHECK(parse_utilizations("0.1:1.0:0.1", points)[2] == 0.3);
  CHECK(parse_utilizations("1, 0.5,0.5", points) == std::vector<double>{0.5, 1.0});
}

TEST_CASE("utilizations that cannot be are errors that say what is allowed") {
  for (const char* text : {"", "a", "0.5,", "0:1:0.1", "0.1:1.1:0.1", "0.1:1", "0.1:1:0", "0.1:1:-1", "1:0.1:0.1", "0.1:1:1e-9", "nan", "0",
                           "1.01", "inf:1:1"}) {
    INFO(text);
    CHECK_THROWS_AS(parse_utilizations(text, {}), UsageError);
  }
}
