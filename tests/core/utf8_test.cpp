#include "core/utf8.h"

#include <string>
#include <vector>

#include "catch_compat.h"

using namespace tnn;

namespace {

/// The well-known encoding, for every code point.
std::string encoded(char32_t c) {
  const auto byte = [](char32_t value) { return static_cast<char>(value); };
  if (c < 0x80) return {byte(c)};
  if (c < 0x800) return {byte(0xC0 | c >> 6), byte(0x80 | (c & 0x3F))};
  if (c < 0x10000) return {byte(0xE0 | c >> 12), byte(0x80 | (c >> 6 & 0x3F)), byte(0x80 | (c & 0x3F))};
  return {byte(0xF0 | c >> 18), byte(0x80 | (c >> 12 & 0x3F)), byte(0x80 | (c >> 6 & 0x3F)), byte(0x80 | (c & 0x3F))};
}

}  // namespace

TEST_CASE("every Unicode character is read back from its UTF-8 bytes, and surrogates are none") {
  size_t wrong = 0;
  for (char32_t c = 0; c < 0x120000; ++c) {
    const std::string bytes = encoded(c);
    const bool exists = c < 0x110000 && !(c >= 0xD800 && c < 0xE000);
    const size_t length = utf8_length(bytes, 0);
    if (length != (exists ? bytes.size() : 0) || (exists && utf8_character(bytes, 0, length) != c)) ++wrong;
    if (exists && bytes.size() > 1 && utf8_length(bytes.substr(0, bytes.size() - 1), 0) != 0) ++wrong;
  }
  CHECK(wrong == 0);
}

TEST_CASE("overlong forms, stray and cut bytes are no UTF-8") {
  for (const std::string bytes : {"\xC0\x80", "\xE0\x80\x80", "\xF0\x80\x80\x80", "\x80", "\xFF", "a\xC3", "\xE2\x82"})
    CHECK_FALSE(is_utf8(bytes));
  for (const std::string bytes : {"", "plain", "größe", "日本", "\xF0\x9F\x98\x80"}) CHECK(is_utf8(bytes));
  CHECK(utf8_length("abc", 3) == 0);
}
