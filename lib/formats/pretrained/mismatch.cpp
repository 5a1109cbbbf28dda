#include "formats/pretrained/mismatch.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "core/printable.h"
#include "formats/pretrained/mismatch_hints.h"

namespace tnn {
namespace {

constexpr size_t kMostListed = 4, kLongestName = 120;

void append(std::string& text, const char* what, const std::vector<std::string>& list) {
  if (list.empty()) return;
  std::vector<std::string> first;
  for (size_t i = 0; i < std::min(list.size(), kMostListed); ++i) first.push_back(printable_beginning(list[i], kLongestName));
  text += fmt::format("\n  {} ({}): {}", what, list.size(), fmt::join(first, ", "));
  if (list.size() > kMostListed) text += fmt::format(", and {} more", list.size() - kMostListed);
}

}  // namespace

bool Mismatch::empty() const { return missing.empty() && unexpected.empty() && twice.empty() && misshaped.empty() && unreadable.empty(); }

std::string describe_mismatch(const Mismatch& mismatch, const Graph& graph) {
  std::string text;
  std::vector<std::string> unexpected;
  for (const SurplusTensor& tensor : mismatch.unexpected) unexpected.push_back(tensor.name);
  append(text, "missing", mismatch.missing);
  append(text, "unexpected", unexpected);
  append(text, "given twice", mismatch.twice);
  append(text, "of another shape or type", mismatch.misshaped);
  append(text, "not readable", mismatch.unreadable);
  for (const std::string& hint : mismatch_hints(mismatch, graph)) text += "\n  perhaps: " + hint;
  return text;
}

}  // namespace tnn
