#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace tnn {

/// Text as it may reach a terminal or a log: names and values come from files and command lines, and may hold what a terminal obeys.
/// Valid UTF-8 stays; control characters, marks that turn the direction of writing, and bytes that are no UTF-8 become \x1b, \u202e.
/// Line feeds and tabs stay. Applied twice it is the same as once.
std::string printable(std::string_view text);

/// The same for what must stay on one line: line feeds and tabs become \n and \t.
std::string printable_line(std::string_view text);

/// The same for what may be long, such as the content of a file in a message: no more than so many columns.
std::string printable_beginning(std::string_view text, size_t columns = 100);

/// Columns that a text takes on a terminal: two for wide characters, none for marks that combine with the one before.
size_t display_columns(std::string_view text);

/// As much of the text's beginning as fits so many columns; never half a character.
std::string_view cut_to_columns(std::string_view text, size_t columns);

}  // namespace tnn
