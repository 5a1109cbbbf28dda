#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace tnn {

/// A line of a text file that is not empty, without the blanks at its ends.
struct ListLine {
  size_t number;  ///< from 1
  std::string text;
};

/// The lines of a text file, whichever way they end, without a byte order mark. DataError where it has none, or is UTF-16.
std::vector<ListLine> read_list_lines(const std::filesystem::path& list);

std::string_view without_blanks(std::string_view text);

/// Of `"a ""b"""` and `'a b'` what is inside the quotes; any other text as it is.
std::string without_quotes(std::string_view text);

/// The fields of a line, without blanks around them; a separator within double quotes is none. The quotes stay.
std::vector<std::string> split_fields(std::string_view line, char separator);

}  // namespace tnn
