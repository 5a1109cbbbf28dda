#include "data/display_name.h"

#include <nlohmann/json.hpp>
#include <set>

#include "catch_compat.h"

using namespace tnn;

TEST_CASE("a name in UTF-8 is displayed as it is, any other with its bytes as \\xNN") {
  for (const std::string name : {"", "plain", "caf\xC3\xA9", "back\\slash", "\xE2\x82\xAC", "\xF0\x9F\x90\x9C ant", "two\nlines"})
    CHECK(display_name(name) == name);
  CHECK(display_name("caf\xE9") == "caf\\xE9");
  CHECK(display_name("\xE9\\\xC3\xA9") == "\\xE9\\x5C\xC3\xA9");
  CHECK(display_name("\xC3") == "\\xC3");
  CHECK(display_name("\xC0\xAF") == "\\xC0\\xAF");                    // longer than it need be
  CHECK(display_name("\xED\xA0\x80") == "\\xED\\xA0\\x80");           // a surrogate
  CHECK(display_name("\xF4\x90\x80\x80") == "\\xF4\\x90\\x80\\x80");  // beyond Unicode
  CHECK(display_name(std::string_view("\xFF\0", 2)) == std::string("\\xFF\0", 5));
}

TEST_CASE("displayed names of all short byte strings are distinct and valid JSON") {
  std::set<std::string> shown;
  size_t names = 0;
  for (int a = 1; a < 256; ++a)
    for (int b = 0; b < 256; ++b) {
      std::string name(1, static_cast<char>(a));
      if (b) name += static_cast<char>(b);
      const std::string display = display_name(name);
      CHECK_NOTHROW(nlohmann::json(display).dump());
      shown.insert(display);
      ++names;
    }
  CHECK(shown.size() == names);
}
