#pragma once

#include <optional>
#include <string_view>

namespace tnn {

/// The finite decimal number that the whole text is ("-1.5e3"), whatever the locale; none where it is anything else, spaces included.
std::optional<double> finite_number(std::string_view text);

}  // namespace tnn
