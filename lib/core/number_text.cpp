#include "core/number_text.h"

#include <cmath>
#include <locale>
#include <sstream>
#include <string>

namespace tnn {

std::optional<double> finite_number(std::string_view text) {
  // std::from_chars has no floating-point form in the library of GCC 10.
  std::istringstream stream{std::string(text)};
  stream.imbue(std::locale::classic());
  double value = 0;
  if (!(stream >> std::noskipws >> value) || stream.peek() != std::istringstream::traits_type::eof() || !std::isfinite(value))
    return std::nullopt;
  return value;
}

}  // namespace tnn
