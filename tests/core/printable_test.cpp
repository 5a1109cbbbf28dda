#include "core/printable.h"

#include "catch_compat.h"
#include "core/random_stream.h"
#include "core/utf8.h"

using namespace tnn;

namespace {

std::string random_bytes(uint64_t seed) {
  RandomStream random(seed);
  std::string bytes(random.below(40), '\0');
  for (char& byte : bytes) byte = static_cast<char>(random.below(256));
  return bytes;
}

}  // namespace

TEST_CASE("readable text stays, what a terminal obeys is spelled out") {
  CHECK(printable("naïve 日本語 \xF0\x9F\x98\x80\n\ttwo") == "naïve 日本語 \xF0\x9F\x98\x80\n\ttwo");
  CHECK(printable("\x1b[2Jx\r\x07\x7f") == "\\x1b[2Jx\\x0d\\x07\\x7f");
  CHECK(printable("C1 \xC2\x9B turned \xE2\x80\xAE.") == "C1 \\x9b turned \\u202e.");
  CHECK(printable("Latin-1 \xE9t\xE9") == "Latin-1 \\xe9t\\xe9");
  CHECK(printable_line("a\nb\tc") == "a\\nb\\tc");
}

TEST_CASE("whatever the bytes, what is printed is UTF-8 without control characters, and printing it again changes nothing") {
  for (uint64_t seed = 0; seed < 2000; ++seed) {
    const std::string text = printable_line(random_bytes(seed));
    REQUIRE(is_utf8(text));
    for (const char c : text) REQUIRE((static_cast<unsigned char>(c) >= 0x20 && c != 0x7F));
    REQUIRE(printable_line(text) == text);
  }
}

TEST_CASE("columns count wide characters twice and combining marks not at all") {
  CHECK(display_columns("größe") == 5);
  CHECK(display_columns("日本") == 4);
  CHECK(display_columns("e\xCC\x81") == 1);
  CHECK(display_columns("\xF0\x9F\x98\x80") == 2);
}

TEST_CASE("a text cut to columns never exceeds them nor ends in half a character") {
  const std::string text = "日本 größe \xF0\x9F\x98\x80 e\xCC\x81.";
  for (size_t columns = 0; columns < 30; ++columns) {
    const std::string_view cut = cut_to_columns(text, columns);
    CHECK(display_columns(cut) <= columns);
    CHECK(is_utf8(cut));
    CHECK(text.rfind(cut, 0) == 0);
  }
  CHECK(cut_to_columns(text, 30) == text);
}
