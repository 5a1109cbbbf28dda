#pragma once

#include <cstddef>
#include <string_view>

namespace tnn {

/// Bytes of the UTF-8 character at byte `i` of a text; 0 where none begins there (overlong forms, surrogates and what lies beyond U+10FFFF
/// are none).
size_t utf8_length(std::string_view text, size_t i);

/// The character at byte `i`, of `length` bytes as utf8_length() says; length >= 1.
char32_t utf8_character(std::string_view text, size_t i, size_t length);

/// Whether the whole text is UTF-8.
bool is_utf8(std::string_view text);

}  // namespace tnn
