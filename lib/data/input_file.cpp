#include "data/input_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "core/error.h"

namespace tnn {

InputFile::InputFile(std::filesystem::path path)
    : path_(std::move(path)), descriptor_(::open(path_.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)) {
  if (descriptor_ < 0) fail(std::strerror(errno));
  struct stat status {};
  const bool known = ::fstat(descriptor_, &status) == 0;
  const std::string reason = known ? "not a regular file" : std::strerror(errno);
  if (!known || !S_ISREG(status.st_mode)) {
    ::close(descriptor_);
    fail(reason);
  }
  size_ = static_cast<uint64_t>(status.st_size);
}

InputFile::~InputFile() { ::close(descriptor_); }

void InputFile::fail(const std::string& reason) const { throw DataError(fmt::format("cannot read '{}': {}", path_.string(), reason)); }

void InputFile::drop_cache() const { ::posix_fadvise(descriptor_, 0, 0, POSIX_FADV_DONTNEED); }

size_t InputFile::read(uint8_t* to, size_t count) {
  size_t done = 0;
  while (done < count) {
    const ssize_t some = ::read(descriptor_, to + done, count - done);
    if (some < 0 && errno == EINTR) continue;
    if (some < 0) fail(std::strerror(errno));
    if (some == 0) break;
    done += static_cast<size_t>(some);
  }
  return done;
}

void InputFile::read_at(uint64_t offset, uint8_t* to, size_t count) const {
  while (count > 0) {
    const ssize_t some = ::pread(descriptor_, to, count, static_cast<off_t>(offset));
    if (some < 0 && errno == EINTR) continue;
    if (some < 0) fail(std::strerror(errno));
    if (some == 0) fail("it became shorter while it was read");
    to += some, offset += static_cast<uint64_t>(some), count -= static_cast<size_t>(some);
  }
}

}  // namespace tnn
