#include "data/output_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "core/error.h"

namespace tnn {

OutputFile::OutputFile(const std::filesystem::path& path, std::filesystem::path shown)
    : shown_(std::move(shown)), descriptor_(::open(path.c_str(), O_WRONLY | O_CLOEXEC)) {
  if (descriptor_ < 0) fail("open");
}

OutputFile::~OutputFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

void OutputFile::fail(const std::string& what) const {
  throw SystemError(fmt::format("cannot {} '{}': {}", what, shown_.string(), std::strerror(errno)));
}

void OutputFile::reserve(uint64_t offset, uint64_t count) {
  while (::fallocate(descriptor_, 0, static_cast<off_t>(offset), static_cast<off_t>(count)) != 0) {
    if (errno == EINTR) continue;
    if (errno == EOPNOTSUPP || errno == ENOSYS || errno == EINVAL || errno == ENODEV) return;
    fail(fmt::format("take {} bytes of disk for", count));
  }
}

void OutputFile::write_at(uint64_t offset, const void* bytes, size_t count) {
  for (auto from = static_cast<const char*>(bytes); count > 0;) {
    const ssize_t some = ::pwrite(descriptor_, from, count, static_cast<off_t>(offset));
    if (some < 0 && errno == EINTR) continue;
    if (some < 0) fail("write");
    from += some, offset += static_cast<uint64_t>(some), count -= static_cast<size_t>(some);
  }
}

void OutputFile::close() {
  if (::fsync(descriptor_) != 0) fail("flush");
  if (::close(std::exchange(descriptor_, -1)) != 0) fail("close");
}

}  // namespace tnn
