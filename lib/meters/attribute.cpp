#include "meters/attribute.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>

#include "core/descriptor.h"
#include "core/printable.h"

namespace tnn {
namespace fs = std::filesystem;
namespace {

constexpr size_t kMostBytes = 4096;

AttributeText unreadable(const fs::path& file) {
  return {std::nullopt, fmt::format("'{}' cannot be read: {}", file.string(), std::strerror(errno))};
}

}  // namespace

AttributeText read_attribute(const fs::path& file) {
  // O_NONBLOCK: what is a FIFO by mistake must not hold up a measurement.
  const Descriptor opened(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!opened.is_open()) return unreadable(file);
  char bytes[kMostBytes];
  const ssize_t count = ::read(opened.number(), bytes, sizeof bytes);
  if (count < 0) return unreadable(file);
  std::string text(bytes, static_cast<size_t>(count));
  const size_t last = text.find_last_not_of(std::string("\n\r \t\0", 5));
  text.erase(last == std::string::npos ? 0 : last + 1);
  return {text, ""};
}

AttributeNumber read_attribute_number(const fs::path& file) {
  const AttributeText read = read_attribute(file);
  if (!read.text) return {std::nullopt, read.fault};
  int64_t number = 0;
  const char* end = read.text->data() + read.text->size();
  const auto parsed = std::from_chars(read.text->data(), end, number);
  if (parsed.ec == std::errc() && parsed.ptr == end) return {static_cast<double>(number), ""};
  return {std::nullopt, fmt::format("'{}' holds '{}', which is no number", file.string(), printable_beginning(*read.text, 40))};
}

std::vector<fs::path> entries_with_prefix(const fs::path& folder, const std::string& prefix) {
  std::vector<fs::path> found;
  std::error_code fault;
  for (fs::directory_iterator entry(folder, fault), end; !fault && entry != end; entry.increment(fault))
    if (entry->path().filename().string().rfind(prefix, 0) == 0) found.push_back(entry->path());
  std::sort(found.begin(), found.end());
  return found;
}

}  // namespace tnn
