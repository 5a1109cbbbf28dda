#include "core/read_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "core/descriptor.h"
#include "core/error.h"
#include "core/output_place.h"

namespace tnn {
namespace {

constexpr size_t kLeastRoom = 4096;  ///< files of the system say that they have no byte

[[noreturn]] void refuse(const std::filesystem::path& path, const std::string& reason) {
  throw DataError(fmt::format("cannot read '{}': {}", path.string(), reason));
}

}  // namespace

std::string read_file(const std::filesystem::path& path, size_t most_bytes) {
  const int own = descriptor_named_by(path);
  // A FIFO that nobody writes to is not waited for.
  const Descriptor file(own >= 0 ? ::fcntl(own, F_DUPFD_CLOEXEC, 3) : ::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
  struct stat status {};
  if (!file.is_open() || ::fstat(file.number(), &status) != 0) refuse(path, std::strerror(errno));
  const bool stream = own >= 0 && (S_ISFIFO(status.st_mode) || S_ISSOCK(status.st_mode));
  std::error_code ignored;
  if (!S_ISREG(status.st_mode) && !stream)
    refuse(path, fmt::format("it is {}, not a file", file_kind(std::filesystem::status(path, ignored).type())));
  if (S_ISREG(status.st_mode) && static_cast<size_t>(status.st_size) > most_bytes)
    refuse(path, fmt::format("it is larger than {} bytes", most_bytes));
  std::string bytes(std::max(kLeastRoom, static_cast<size_t>(status.st_size) + 1), '\0');
  for (size_t used = 0;;) {
    const ssize_t count = ::read(file.number(), bytes.data() + used, bytes.size() - used);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) refuse(path, std::strerror(errno));
    used += static_cast<size_t>(count);
    if (used > most_bytes) refuse(path, fmt::format("it is larger than {} bytes", most_bytes));
    if (count == 0) {
      bytes.resize(used);
      return bytes;
    }
    if (used == bytes.size()) bytes.resize(2 * used);
  }
}

}  // namespace tnn
