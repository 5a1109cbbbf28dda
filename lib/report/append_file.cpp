#include "report/append_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "core/error.h"

namespace tnn {

AppendFile::AppendFile(std::filesystem::path path)
    : path_(std::move(path)), descriptor_(::open(path_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666)) {
  if (descriptor_ < 0) throw SystemError(fmt::format("cannot open '{}' for appending: {}", path_.string(), std::strerror(errno)));
}

AppendFile::~AppendFile() { ::close(descriptor_); }

void AppendFile::append(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor_, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) throw SystemError(fmt::format("cannot append to '{}': {}", path_.string(), std::strerror(errno)));
    bytes.remove_prefix(static_cast<size_t>(written));
  }
}

void AppendFile::flush() const {
  if (::fdatasync(descriptor_) != 0 && errno != EINVAL)
    throw SystemError(fmt::format("cannot flush '{}': {}", path_.string(), std::strerror(errno)));
}

}  // namespace tnn
