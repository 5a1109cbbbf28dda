#include "core/printable.h"

#include <fmt/format.h>
#include <locale.h>
#include <wchar.h>

#include <algorithm>

#include "core/utf8.h"

namespace tnn {
namespace {

bool is_control(char32_t c) {
  const bool turns_writing = (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069) || c == 0x200E || c == 0x200F || c == 0x061C;
  return c < 0x20 || (c >= 0x7F && c < 0xA0) || c == 0x2028 || c == 0x2029 || turns_writing;
}

std::string escaped(char32_t c) {
  if (c == '\n') return "\\n";
  if (c == '\t') return "\\t";
  return c < 0x100 ? fmt::format("\\x{:02x}", static_cast<unsigned>(c)) : fmt::format("\\u{:04x}", static_cast<unsigned>(c));
}

std::string printable_text(std::string_view text, bool keep_layout) {
  std::string out;
  out.reserve(text.size());
  for (size_t i = 0; i < text.size();) {
    const size_t length = utf8_length(text, i);
    const char32_t c = length ? utf8_character(text, i, length) : static_cast<unsigned char>(text[i]);
    const bool layout = keep_layout && (c == '\n' || c == '\t');
    if (length == 0 || (is_control(c) && !layout))
      out += escaped(c);
    else
      out += text.substr(i, length);
    i += std::max<size_t>(1, length);
  }
  return out;
}

/// glibc knows the width of each character, but by the locale of the thread, and the program's own is "C".
class UnicodeLocale {
 public:
  UnicodeLocale() : ours_(shared()), before_(ours_ ? uselocale(ours_) : nullptr) {}
  ~UnicodeLocale() {
    if (ours_) uselocale(before_);
  }
  UnicodeLocale(const UnicodeLocale&) = delete;
  UnicodeLocale& operator=(const UnicodeLocale&) = delete;

  size_t columns(char32_t c) const {
    if (c < 0x20 || c == 0x7F) return 0;
    if (c < 0x300 || !ours_) return 1;  // no mark and nothing wide before U+0300
    const int width = ::wcwidth(static_cast<wchar_t>(c));
    return width < 0 ? 1 : static_cast<size_t>(width);  // what glibc does not know is drawn as something
  }

 private:
  /// Empty where the system has no such locale.
  static locale_t shared() {
    static const locale_t made = newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
    return made;
  }
  locale_t ours_, before_;
};

}  // namespace

std::string printable(std::string_view text) { return printable_text(text, true); }
std::string printable_line(std::string_view text) { return printable_text(text, false); }

std::string printable_beginning(std::string_view text, size_t columns) {
  return std::string(cut_to_columns(printable_line(text.substr(0, 4 * columns)), columns));  // a character has 4 bytes at most
}

size_t display_columns(std::string_view text) {
  const UnicodeLocale locale;
  size_t columns = 0;
  for (size_t i = 0; i < text.size();) {
    const size_t length = utf8_length(text, i);
    columns += length ? locale.columns(utf8_character(text, i, length)) : 1;
    i += std::max<size_t>(1, length);
  }
  return columns;
}

std::string_view cut_to_columns(std::string_view text, size_t columns) {
  const UnicodeLocale locale;
  size_t used = 0, end = 0;
  while (end < text.size()) {
    const size_t length = utf8_length(text, end);
    used += length ? locale.columns(utf8_character(text, end, length)) : 1;
    if (used > columns) break;
    end += std::max<size_t>(1, length);
  }
  return text.substr(0, end);
}

}  // namespace tnn
