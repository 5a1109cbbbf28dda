#include "data/display_name.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/utf8.h"

namespace tnn {

std::string display_name(std::string_view name) {
  if (is_utf8(name)) return std::string(name);
  std::string shown;
  for (size_t at = 0; at < name.size();) {
    const size_t length = name[at] == '\\' ? 0 : utf8_length(name, at);
    if (length == 0)
      shown += fmt::format("\\x{:02X}", static_cast<unsigned char>(name[at]));
    else
      shown += name.substr(at, length);
    at += std::max<size_t>(1, length);
  }
  return shown;
}

}  // namespace tnn
