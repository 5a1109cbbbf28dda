#include "core/json_text.h"

#include <fmt/format.h>

#include <algorithm>

namespace tnn {
namespace {

/// `byte` is 1 for the first one; beyond the text where it ends too early.
std::string syntax_fault(std::string_view text, size_t byte) {
  const size_t at = std::min(byte == 0 ? 0 : byte - 1, text.size());
  const std::string_view before = text.substr(0, at);
  const auto line = 1 + std::count(before.begin(), before.end(), '\n');
  const size_t column = at - (before.rfind('\n') + 1) + 1;  // npos + 1 is 0
  const std::string where = fmt::format("not JSON: line {}, column {}: ", line, column);
  if (at >= text.size()) return where + "it ends too early";
  const auto found = static_cast<unsigned char>(text[at]);
  if (found < 0x20 || found > 0x7e) return where + fmt::format("unexpected byte 0x{:02x}", found);
  return where + fmt::format("unexpected '{}'", text[at]);
}

}  // namespace

std::string json_fault(const nlohmann::json::exception& fault, std::string_view text) {
  if (const auto* syntax = dynamic_cast<const nlohmann::json::parse_error*>(&fault)) return syntax_fault(text, syntax->byte);
  const std::string_view whole = fault.what();
  const size_t code = whole.find("] ");
  const std::string what(code == std::string_view::npos ? whole : whole.substr(code + 2));
  switch (fault.id) {
    case 302:
      return "a value has another type: " + what;  // "type must be string, but is null"
    case 304:                                      // at, operator[] and value of what has no keys
    case 305:
    case 306:
      return "a list or single value where an object is expected";
    case 406:
      return "a number that is too large";
    default:
      return what;  // 403: "key 'x' not found"
  }
}

void append_member(nlohmann::ordered_json& object, const std::string& key, nlohmann::ordered_json value) {
  object.get_ref<nlohmann::ordered_json::object_t&>().emplace_back(key, std::move(value));
}

void check_json_depth(std::string_view text) {
  size_t depth = 0;
  bool quoted = false;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quoted) {
      if (c == '\\') ++i;
      quoted = c != '"';
    } else if (c == '"') {
      quoted = true;
    } else if (c == '[' || c == '{') {
      if (++depth > kDeepestJson) throw UsageError(fmt::format("JSON nested more than {} deep, from byte {} on", kDeepestJson, i));
    } else if ((c == ']' || c == '}') && depth > 0) {
      --depth;
    }
  }
}

}  // namespace tnn
