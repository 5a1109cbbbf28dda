#include "progress_line.h"

#include <algorithm>

#include "core/printable.h"

namespace tnn::app {
namespace {

constexpr size_t kWidestBar = 24, kNarrowestBar = 6;
constexpr size_t kBarFrame = 3;  ///< "[", "] "

std::string bar(int64_t done, int64_t total, size_t width) {
  const auto filled =
      total > 0 ? static_cast<size_t>(static_cast<double>(done) / static_cast<double>(total) * static_cast<double>(width)) : 0;
  const size_t shown = std::min(filled, width);
  return "[" + std::string(shown, '=') + std::string(width - shown, ' ') + "] ";
}

/// As many of the words as fit: half a number would be another one.
std::string cut_between_words(const std::string& text, size_t columns) {
  std::string kept(cut_to_columns(text, columns));
  const size_t space = kept.rfind(' ');
  if (kept.size() < text.size() && text[kept.size()] != ' ' && space != std::string::npos) kept.resize(space);
  return kept;
}

/// As many of the parts between ", " as fit.
std::string cut_between_parts(const std::string& status, size_t columns) {
  std::string kept = status;
  while (display_columns(kept) > columns) {
    const size_t comma = kept.rfind(", ");
    if (comma == std::string::npos) return cut_between_words(kept, columns);
    kept.resize(comma);
  }
  return kept;
}

}  // namespace

std::string progress_line(const std::string& status, int64_t done, int64_t total, size_t columns) {
  const size_t room = columns > 0 ? columns - 1 : 0;
  const std::string text = printable_line(status);
  const size_t needed = display_columns(text) + kBarFrame;
  if (room < needed + kNarrowestBar) return cut_between_parts(text, room);
  return bar(done, total, std::min(kWidestBar, room - needed)) + text;
}

}  // namespace tnn::app
