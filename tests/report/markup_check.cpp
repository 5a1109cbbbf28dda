#include "markup_check.h"

#include <algorithm>
#include <cctype>
#include <string_view>
#include <vector>

namespace {

std::string text_fault(std::string_view text) {
  for (size_t i = 0; i < text.size(); ++i) {
    if (static_cast<unsigned char>(text[i]) < 0x20 && text[i] != '\n' && text[i] != '\t' && text[i] != '\r') return "a control character";
    if (text[i] != '&') continue;
    const std::string_view rest = text.substr(i);
    const auto starts = [&](std::string_view reference) { return rest.starts_with(reference); };
    if (!starts("&amp;") && !starts("&lt;") && !starts("&gt;") && !starts("&quot;") && !starts("&#39;")) return "a bare &";
  }
  return "";
}

/// The letters and signs of a name at the start of `text`, cut off it.
std::string take_name(std::string_view& text) {
  const auto is_sign = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '-' || c == ':' || c == '_'; };
  const auto end = std::find_if_not(text.begin(), text.end(), is_sign);
  const std::string name(text.begin(), end);
  text.remove_prefix(name.size());
  return name;
}

/// What is wrong with ` name="value"`, any number of them.
std::string attributes_fault(std::string_view text) {
  while (!text.empty()) {
    if (text.front() != ' ') return "no space before an attribute";
    text.remove_prefix(1);
    if (take_name(text).empty() || !text.starts_with("=\"")) return "an attribute without name or quotes";
    const size_t end = text.find('"', 2);
    if (end == std::string_view::npos) return "a quote that does not end";
    if (const std::string fault = text_fault(text.substr(2, end - 2)); !fault.empty()) return fault;
    text.remove_prefix(end + 1);
  }
  return "";
}

/// Follows one tag, without its angle brackets; `open` are the elements around it.
std::string tag_fault(std::string_view tag, std::vector<std::string>& open) {
  const bool closes = tag.starts_with('/'), empty = tag.ends_with('/');
  if (closes) tag.remove_prefix(1);
  if (empty) tag.remove_suffix(1);
  const std::string name = take_name(tag);
  if (name.empty() || (closes && (empty || !tag.empty()))) return "not a tag";
  if (closes && (open.empty() || open.back() != name)) return "closes what is not open: " + name;
  if (closes) open.pop_back();
  if (!closes && !empty) open.push_back(name);
  return attributes_fault(tag);
}

}  // namespace

std::string markup_fault(const std::string& document) {
  std::vector<std::string> open;
  for (size_t at = 0; at < document.size();) {
    const size_t begin = std::min(document.find('<', at), document.size());
    const std::string_view text = std::string_view(document).substr(at, begin - at);
    if (const std::string fault = text_fault(text); !fault.empty()) return fault + " in: " + std::string(text);
    if (begin == document.size()) break;
    const size_t end = document.find('>', begin);
    if (end == std::string::npos) return "a tag without its end";
    const std::string tag = document.substr(begin + 1, end - begin - 1);
    at = end + 1;
    if (tag.starts_with("?xml ") || tag == "!DOCTYPE html") continue;
    if (const std::string fault = tag_fault(tag, open); !fault.empty()) return fault + " in: <" + tag + ">";
  }
  return open.empty() ? "" : "left open: " + open.back();
}
