#include "markup_check.h"

#include <regex>
#include <vector>

namespace {

std::string text_fault(const std::string& text) {
  static const std::regex reference("&(amp|lt|gt|quot|#39);");
  const std::string rest = std::regex_replace(text, reference, "");
  if (rest.find('&') != std::string::npos) return "a bare & in: " + text;
  for (const char c : text)
    if (static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t' && c != '\r') return "a control character in: " + text;
  return "";
}

}  // namespace

std::string markup_fault(const std::string& document) {
  static const std::regex tag("<(/?)([A-Za-z][A-Za-z0-9]*)((?: [A-Za-z:_0-9-]+=\"[^\"<]*\")*)(/?)>");
  std::vector<std::string> open;
  size_t at = 0;
  while (at < document.size()) {
    const size_t begin = std::min(document.find('<', at), document.size());
    if (const std::string fault = text_fault(document.substr(at, begin - at)); !fault.empty()) return fault;
    if (begin == document.size()) break;
    const size_t end = document.find('>', begin);
    if (end == std::string::npos) return "a tag without its end";
    const std::string text = document.substr(begin, end - begin + 1);
    at = end + 1;
    if (text.starts_with("<?xml ") || text == "<!DOCTYPE html>") continue;
    std::smatch match;
    if (!std::regex_match(text, match, tag)) return "not a tag: " + text;
    if (const std::string fault = text_fault(match[3]); !fault.empty()) return fault;
    if (match[1].length() == 0 && match[4].length() == 0) open.push_back(match[2]);
    if (match[1].length() == 0) continue;
    if (open.empty() || open.back() != match[2]) return "closes what is not open: " + text;
    open.pop_back();
  }
  return open.empty() ? "" : "left open: " + open.back();
}
