#include "runtime/prefix/short_rows.h"

#include <vector>

#include "catch_compat.h"

using namespace tnn::prefix;

TEST_CASE("short and long rows are copied and zeroed whole and nothing beside them") {
  std::vector<float> source(600);
  for (size_t i = 0; i < source.size(); ++i) source[i] = static_cast<float>(i + 1);
  for (const int64_t count : {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 15, 16, 17, 255, 256, 257, 300}) {
    INFO(count);
    std::vector<float> copy(600, -1), cleared(source);
    copy_row(source.data() + 3, copy.data() + 5, count);
    clear_row(cleared.data() + 5, count);
    for (int64_t i = 0; i < 600; ++i) {
      const auto at = static_cast<size_t>(i);
      const bool inside = i >= 5 && i < 5 + count;
      REQUIRE(copy[at] == (inside ? source[at - 2] : -1));
      REQUIRE(cleared[at] == (inside ? 0 : source[at]));
    }
  }
}
