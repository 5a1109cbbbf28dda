#include "core/table.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "core/error.h"
#include "core/printable.h"

namespace tnn {
namespace {

/// A cell for people: on one line, without what a terminal would obey.
std::string on_one_line(std::string cell) {
  std::replace_if(
      cell.begin(), cell.end(), [](char c) { return c == '\n' || c == '\r' || c == '\t'; }, ' ');
  return printable_line(cell);
}

std::string markdown_cell(const std::string& cell) {
  std::string escaped;
  for (const char c : on_one_line(cell)) {
    if (c == '|' || c == '\\') escaped += '\\';
    escaped += c;
  }
  return escaped;
}

using Lines = std::vector<std::vector<std::string>>;

/// Header and rows with each cell passed through `escape`.
Lines escaped_lines(const Table& table, std::string (*escape)(std::string)) {
  Lines lines{table.columns};
  lines.insert(lines.end(), table.rows.begin(), table.rows.end());
  for (auto& line : lines)
    for (auto& cell : line) cell = escape(std::move(cell));
  return lines;
}

std::vector<size_t> column_widths(const Lines& lines) {
  std::vector<size_t> widths(lines.front().size(), 0);
  for (const auto& line : lines)
    for (size_t i = 0; i < line.size(); ++i) widths[i] = std::max(widths[i], display_columns(line[i]));
  return widths;
}

std::string padded(const std::string& cell, size_t width, bool right) {
  const std::string spaces(width - std::min(width, display_columns(cell)), ' ');
  return right ? spaces + cell : cell + spaces;
}

std::string format_text(const Table& table) {
  const Lines lines = escaped_lines(table, on_one_line);
  const auto widths = column_widths(lines);
  std::string out;
  for (const auto& line : lines) {
    std::string row;
    for (size_t i = 0; i < line.size(); ++i) row += (i ? "  " : "") + padded(line[i], widths[i], table.is_numeric(i));
    row.erase(row.find_last_not_of(' ') + 1);
    out += row + '\n';
  }
  return out;
}

std::string format_markdown(const Table& table) {
  const Lines lines = escaped_lines(table, [](std::string cell) { return markdown_cell(cell); });
  const auto widths = column_widths(lines);
  std::string out;
  for (size_t row = 0; row < lines.size(); ++row) {
    for (size_t i = 0; i < widths.size(); ++i) out += "| " + padded(lines[row][i], widths[i], table.is_numeric(i)) + ' ';
    out += "|\n";
    if (row > 0) continue;
    for (size_t i = 0; i < widths.size(); ++i) out += '|' + std::string(widths[i] + 1, '-') + (table.is_numeric(i) ? ":" : "-");
    out += "|\n";
  }
  return out;
}

std::string csv_field(std::string cell) {
  const bool plain = std::none_of(cell.begin(), cell.end(),
                                  [](char c) { return c == ',' || c == '"' || static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
  if (plain) return cell;
  std::string quoted = "\"";
  for (const char c : cell) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + '"';
}

std::string format_csv(const Table& table) {
  std::string out;
  for (const auto& line : escaped_lines(table, csv_field)) {
    for (size_t i = 0; i < line.size(); ++i) out += (i ? "," : "") + line[i];
    out += '\n';
  }
  return out;
}

nlohmann::ordered_json json_cell(const std::string& cell, bool numeric) {
  if (!numeric) return cell;
  if (cell.empty()) return nullptr;
  auto number = nlohmann::ordered_json::parse(cell, nullptr, false);
  return number.is_number() ? number : nlohmann::ordered_json(cell);
}

std::string format_json(const Table& table) {
  auto array = nlohmann::ordered_json::array();
  for (const auto& row : table.rows) {
    auto object = nlohmann::ordered_json::object();
    for (size_t i = 0; i < row.size(); ++i) object[table.columns[i]] = json_cell(row[i], table.is_numeric(i));
    array.push_back(std::move(object));
  }
  return array.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + '\n';
}

}  // namespace

TableFormat table_format(const std::string& name) {
  if (name == "text") return TableFormat::text;
  if (name == "md") return TableFormat::md;
  if (name == "csv") return TableFormat::csv;
  if (name == "json") return TableFormat::json;
  throw UsageError(unknown_name_message("format", name, {"text", "md", "csv", "json"}));
}

bool is_for_programs(TableFormat format) { return format == TableFormat::csv || format == TableFormat::json; }

std::string format_table(const Table& table, TableFormat format) {
  for (const auto& row : table.rows)
    if (row.size() != table.columns.size()) throw std::logic_error("a table's row has another number of cells than there are columns");
  switch (format) {
    case TableFormat::text:
      return format_text(table);
    case TableFormat::md:
      return format_markdown(table);
    case TableFormat::csv:
      return format_csv(table);
    case TableFormat::json:
      return format_json(table);
  }
  throw std::logic_error("unknown table format");
}

}  // namespace tnn
