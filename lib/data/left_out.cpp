#include "data/left_out.h"

#include <fmt/format.h>

#include "data/display_name.h"

namespace tnn {
namespace {

constexpr size_t kNamed = 3;

/// The first of them, by commas, and whether there are more.
std::string few(const std::vector<std::string>& names, int64_t count) {
  std::string text;
  for (size_t i = 0; i < names.size() && i < kNamed; ++i) text += (i ? ", " : "") + display_name(names[i]);
  return count > static_cast<int64_t>(kNamed) ? text + ", ..." : text;
}

}  // namespace

void LeftOut::add(const std::string& kind, const std::string& name) {
  Kind& found = kinds_[kind];
  ++found.count;
  if (found.first.size() < kNamed) found.first.push_back(name);
}

int64_t LeftOut::count() const {
  int64_t count = 0;
  for (const auto& [name, kind] : kinds_) count += kind.count;
  return count;
}

std::string LeftOut::files() const {
  std::string text;
  for (const auto& [name, kind] : kinds_)
    text += fmt::format("{}{} {} ({})", text.empty() ? "left out: " : ", ", kind.count, display_name(name), few(kind.first, kind.count));
  return text;
}

std::string LeftOut::line() const {
  if (empty()) return "";
  std::string text = files();
  if (const auto count = static_cast<int64_t>(empty_classes_.size()); count > 0)
    text += fmt::format("{}no image of {}: {}", text.empty() ? "" : "; ", count == 1 ? "class" : fmt::format("{} classes", count),
                        few(empty_classes_, count));
  return display_name(folder_) + ": " + text;
}

}  // namespace tnn
