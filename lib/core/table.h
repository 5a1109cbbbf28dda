#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace tnn {

/// A table of results or keys, as commands print it to stdout. Every row has as many cells as there are columns.
struct Table {
  std::vector<std::string> columns;
  std::vector<std::vector<std::string>> rows;
  /// Which columns hold numbers (aligned right; numbers in JSON, null where the cell is empty). May be shorter: the rest is text.
  std::vector<bool> numeric = {};

  bool is_numeric(std::size_t column) const { return column < numeric.size() && numeric[column]; }
};

enum class TableFormat { text, md, csv, json };

/// The format by its name (text, md, csv, json), as --format takes it; UsageError with the valid names for another.
TableFormat table_format(const std::string& name);

/// Whether a format is for programs (csv, json), which want every digit, rather than for people.
bool is_for_programs(TableFormat format);

/// The table as aligned text, a Markdown table, CSV (RFC 4180 quoting, lines end in LF) or a JSON array of one object a row.
/// Ends in a line feed. std::logic_error where a row's length is not that of `columns`.
std::string format_table(const Table& table, TableFormat format);

}  // namespace tnn
