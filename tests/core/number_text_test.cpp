#include "core/number_text.h"

#include "catch_compat.h"

using namespace tnn;

TEST_CASE("a text is a finite number as a whole or not at all") {
  CHECK(finite_number("0") == 0.0);
  CHECK(finite_number("-1.5e3") == -1500.0);
  CHECK(finite_number("0.1") == 0.1);
  CHECK(finite_number("353.00000000000006") == 353.00000000000006);
  for (const char* text : {"", " 1", "1 ", "1,5", "1.5.2", "nan", "inf", "1e999", "0x10", "one", "-"}) {
    INFO(text);
    CHECK_FALSE(finite_number(text));
  }
}
