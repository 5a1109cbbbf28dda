#include "markup_check.h"

#include "catch_compat.h"

TEST_CASE("the markup check finds what is wrong") {
  CHECK(markup_fault("<a b=\"1\"><c/>x &amp; y</a>") == "");
  for (const char* wrong : {"<a>", "</a>", "<a></b>", "a & b", "<a b=1></a>", "<a b=\"&\"></a>", "< a></a>", "<a", "\x01", "<a \"></a>"})
    CHECK(markup_fault(wrong) != "");
}
