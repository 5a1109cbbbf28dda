#pragma once

#include <string>
#include <string_view>

namespace tnn {

/// Text as it may stand in HTML and XML, in elements and in quoted attributes: the five special characters are escaped; bytes that are no
/// UTF-8 and characters that XML forbids become U+FFFD.
std::string escape_markup(std::string_view text);

/// At most `characters` of the (UTF-8) text, the last one an ellipsis where it was longer. Not escaped.
std::string shortened(std::string_view text, size_t characters);

}  // namespace tnn
