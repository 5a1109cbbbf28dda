#include "data/list_lines.h"

#include <fmt/format.h>

#include "core/atomic_file.h"
#include "core/error.h"

namespace tnn {

std::vector<ListLine> read_list_lines(const std::filesystem::path& list) {
  const std::string content = read_file(list);
  std::string_view rest = content;
  if (rest.starts_with("\xEF\xBB\xBF")) rest.remove_prefix(3);
  if (rest.find('\0') != std::string_view::npos)
    throw DataError(fmt::format("{}: is no text in UTF-8 (bytes of 0 are in it, as in UTF-16): save it as UTF-8", list.string()));
  std::vector<ListLine> lines;
  for (size_t number = 1; !rest.empty(); ++number) {
    const size_t end = rest.find_first_of("\r\n");
    const std::string_view text = without_blanks(rest.substr(0, end));
    if (!text.empty()) lines.push_back({number, std::string(text)});
    if (end == std::string_view::npos) break;
    rest.remove_prefix(end + (rest.substr(end).starts_with("\r\n") ? 2 : 1));
  }
  if (lines.empty()) throw DataError(fmt::format("{}: the list is empty", list.string()));
  return lines;
}

std::string_view without_blanks(std::string_view text) {
  const size_t begin = text.find_first_not_of(" \t"), end = text.find_last_not_of(" \t");
  return begin == std::string_view::npos ? std::string_view() : text.substr(begin, end - begin + 1);
}

std::string without_quotes(std::string_view text) {
  const char quote = text.size() < 2 ? '\0' : text.front();
  if ((quote != '"' && quote != '\'') || text.back() != quote) return std::string(text);
  std::string inside;
  for (size_t i = 1; i + 1 < text.size(); ++i) {
    inside += text[i];
    if (text[i] == quote && text[i + 1] == quote && i + 2 < text.size()) ++i;
  }
  return inside;
}

std::vector<std::string> split_fields(std::string_view line, char separator) {
  std::vector<std::string> fields{""};
  bool quoted = false;
  for (const char c : line) {
    const std::string_view before = without_blanks(fields.back());
    if (c == '"' && (before.empty() || before.front() == '"')) quoted = !quoted;  // one within quotes is doubled
    if (c == separator && !quoted)
      fields.emplace_back();
    else
      fields.back() += c;
  }
  for (auto& field : fields) field = std::string(without_blanks(field));
  return fields;
}

}  // namespace tnn
