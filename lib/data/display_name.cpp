#include "data/display_name.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>

namespace tnn {
namespace {

/// Bytes of the UTF-8 character that begins at `at`; 0 where none does. Neither surrogates nor longer forms than needed are characters.
size_t character_length(std::string_view text, size_t at) {
  const auto byte = [&](size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U; };
  const unsigned first = byte(at), second = byte(at + 1);
  if (first < 0x80) return 1;
  const size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC2 || first > 0xF4) return 0;
  for (size_t i = 1; i < length; ++i)
    if ((byte(at + i) & 0xC0) != 0x80) return 0;
  const bool too_long = (first == 0xE0 && second < 0xA0) || (first == 0xF0 && second < 0x90);
  const bool no_character = (first == 0xED && second > 0x9F) || (first == 0xF4 && second > 0x8F);
  return too_long || no_character ? 0 : length;
}

bool is_utf8(std::string_view text) {
  for (size_t at = 0; at < text.size();) {
    const size_t length = character_length(text, at);
    if (length == 0) return false;
    at += length;
  }
  return true;
}

}  // namespace

std::string display_name(std::string_view name) {
  if (is_utf8(name)) return std::string(name);
  std::string shown;
  for (size_t at = 0; at < name.size();) {
    const size_t length = name[at] == '\\' ? 0 : character_length(name, at);
    if (length == 0)
      shown += fmt::format("\\x{:02X}", static_cast<unsigned char>(name[at]));
    else
      shown += name.substr(at, length);
    at += std::max<size_t>(1, length);
  }
  return shown;
}

}  // namespace tnn
