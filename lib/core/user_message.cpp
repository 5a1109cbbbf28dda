#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <new>
#include <stdexcept>
#include <system_error>

#include "core/error.h"

namespace tnn {
namespace {

constexpr std::string_view kAdvice =
    "smaller batches (training.batch_size, evaluation.batch_size, --batch) or fewer data.workers need less";

bool is_number(char c) { return (c >= '0' && c <= '9') || c == '.'; }

/// What LibTorch tells before "Exception raised from ... frame #0: ...", without the place in its sources.
std::string without_frames(std::string text) {
  for (const char* start : {"\nException raised from ", "\nframe #0", "\nC++ CapturedTraceback:", "\nCUDA kernel errors might be"})
    text.resize(std::min(text.size(), text.find(start)));
  if (text.rfind("[enforce fail at ", 0) == 0)
    if (const size_t end = text.find("] "); end != std::string::npos) text.erase(0, end + 2);
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.pop_back();
  return text;
}

/// Words of allocators of others, in the text of their exceptions.
bool tells_of_no_memory(const std::string& text) {
  for (const char* words :
       {"can't allocate memory", "out of memory", "OutOfMemory", "not enough memory", "Cannot allocate memory", "std::bad_alloc"})
    if (text.find(words) != std::string::npos) return true;
  return false;
}

std::string size_text(double bytes) {
  static constexpr std::array<const char*, 4> kUnits{"bytes", "KB", "MB", "GB"};
  size_t unit = 0;
  for (; bytes >= 1000 && unit + 1 < kUnits.size(); ++unit) bytes /= 1000;
  return unit == 0 ? fmt::format("{:.0f} bytes", bytes) : fmt::format("{:.1f} {}", bytes, kUnits[unit]);
}

/// "tried to allocate 12 bytes", "Tried to allocate 20.00 MiB": how much; empty where it does not say.
std::string asked_for(const std::string& text) {
  const std::string words = "ried to allocate ";
  const size_t found = text.find(words);
  if (found == std::string::npos) return "";
  size_t end = found + words.size();
  while (end < text.size() && is_number(text[end])) ++end;
  const std::string number = text.substr(found + words.size(), end - found - words.size());
  const std::string unit = text.substr(std::min(text.size(), end + 1), 3);
  if (number.empty()) return "";
  return unit == "byt" ? size_text(std::strtod(number.c_str(), nullptr)) : number + " " + unit;
}

std::string out_of_memory(const std::string& asked) {
  return fmt::format("out of memory{}; {}", asked.empty() ? "" : fmt::format(": {} more were asked for", asked), kAdvice);
}

}  // namespace

std::string user_message(const std::exception& error) {
  const std::string text = without_frames(error.what());
  if (dynamic_cast<const Error*>(&error)) return text;
  if (dynamic_cast<const std::bad_alloc*>(&error) || dynamic_cast<const std::length_error*>(&error)) return out_of_memory("");
  if (const auto* system = dynamic_cast<const std::system_error*>(&error)) {
    if (system->code() == std::errc::not_enough_memory) return out_of_memory("");
    if (system->code() == std::errc::resource_unavailable_try_again)
      return "the system starts no further thread (see ulimit -u, and a container's limit of processes); fewer --threads and data.workers "
             "need less";
  }
  return tells_of_no_memory(text) ? out_of_memory(asked_for(text)) : text;
}

}  // namespace tnn
