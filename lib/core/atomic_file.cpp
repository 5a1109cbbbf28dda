#include "core/atomic_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <system_error>

#include "core/error.h"

namespace tnn {
namespace {

[[noreturn]] void fail(const std::string& what, const std::filesystem::path& path) {
  throw SystemError(fmt::format("cannot {} '{}': {}", what, path.string(), std::strerror(errno)));
}

std::filesystem::path folder_of(const std::filesystem::path& path) { return path.has_parent_path() ? path.parent_path() : "."; }

/// Flushes a folder's entries; not every file system can.
void flush_folder(const std::filesystem::path& folder) {
  const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return;
  ::fsync(descriptor);
  ::close(descriptor);
}

void rename_into_place(const std::filesystem::path& temporary, const std::filesystem::path& path) {
  if (::rename(temporary.c_str(), path.c_str()) != 0) fail("rename into place", path);
  flush_folder(folder_of(path));
}

/// A new file that no other process has open; what a killed process of the same number left there goes.
int create_temporary(const std::filesystem::path& temporary) {
  constexpr int kFlags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
  int descriptor = ::open(temporary.c_str(), kFlags, 0666);
  if (descriptor < 0 && errno == EEXIST && ::unlink(temporary.c_str()) == 0) descriptor = ::open(temporary.c_str(), kFlags, 0666);
  if (descriptor >= 0) ::flock(descriptor, LOCK_EX | LOCK_NB);  // says that somebody is at work on it
  return descriptor;
}

/// Gives the new file the mode of the one that it replaces, and its owner where that is allowed.
void keep_mode(int descriptor, const std::filesystem::path& replaced) {
  struct stat before {};
  struct stat now {};
  if (::stat(replaced.c_str(), &before) != 0 || ::fstat(descriptor, &now) != 0) return;
  const bool same_owner = before.st_uid == now.st_uid && before.st_gid == now.st_gid;
  if (!same_owner && ::fchown(descriptor, before.st_uid, before.st_gid) != 0) errno = 0;  // only root may give files away
  if (::fchmod(descriptor, before.st_mode & 0777) != 0) fail("set the mode of", replaced);
}

/// A device or FIFO, for writing. Never waits for a reader.
int open_stream(const std::filesystem::path& path, const std::filesystem::path& named) {
  const int descriptor = ::open(path.c_str(), O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
  if (descriptor < 0 && errno == ENXIO)
    throw SystemError(fmt::format("cannot write '{}': it is a FIFO or device that no process reads from", named.string()));
  if (descriptor < 0) fail("write", named);
  ::fcntl(descriptor, F_SETFL, ::fcntl(descriptor, F_GETFL) & ~O_NONBLOCK);
  return descriptor;
}

/// Opens a file in the making again, and flushes it to the disk.
void flush_file(const std::filesystem::path& temporary, const std::filesystem::path& path) {
  const int descriptor = ::open(temporary.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) fail("flush", path);
  keep_mode(descriptor, path);
  const int flushed = ::fsync(descriptor), error = errno;
  ::close(descriptor);
  errno = error;
  if (flushed != 0) fail("flush", path);
}

}  // namespace

AtomicFile::AtomicFile(std::filesystem::path path) : path_(std::move(path)), place_(output_place(path_)) {
  if (place_.kind == OutputPlace::Kind::descriptor) {
    descriptor_ = ::fcntl(place_.descriptor, F_DUPFD_CLOEXEC, 3);
  } else if (place_.kind == OutputPlace::Kind::stream) {
    descriptor_ = open_stream(place_.path, path_);
  } else {
    temporary_ = temporary_name(place_.path);
    descriptor_ = create_temporary(temporary_);
  }
  if (descriptor_ < 0) fail("create", path_);
  if (!temporary_.empty()) removed_.emplace(temporary_);
}

AtomicFile::~AtomicFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
  if (!temporary_.empty()) ::unlink(temporary_.c_str());
}

void AtomicFile::write(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor_, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0 && errno == EPIPE) throw ClosedPipe(fmt::format("cannot write '{}': {}", path_.string(), std::strerror(errno)));
    if (written < 0) fail("write", path_);
    bytes.remove_prefix(static_cast<size_t>(written));
  }
}

void AtomicFile::commit() {
  if (!temporary_.empty()) {
    keep_mode(descriptor_, place_.path);
    if (::fsync(descriptor_) != 0) fail("flush", path_);
  }
  const int closed = ::close(descriptor_);
  descriptor_ = -1;
  if (closed != 0) fail("close", path_);
  if (temporary_.empty()) return;
  rename_into_place(temporary_, place_.path);
  temporary_.clear();
}

void write_file_atomically(const std::filesystem::path& path, std::string_view bytes) {
  AtomicFile file(path);
  file.write(bytes);
  file.commit();
}

void replace_file_atomically(const std::filesystem::path& path, const std::function<void(const std::filesystem::path&)>& write) {
  const OutputPlace place = output_place(path);
  if (place.kind != OutputPlace::Kind::file) {
    const TemporaryFile whole(path.filename().string());
    write(whole.path());
    return write_file_atomically(path, read_file(whole.path()));
  }
  const auto temporary = temporary_name(place.path);
  if (!std::filesystem::is_directory(folder_of(place.path))) {
    errno = ENOENT;
    fail("create", path);
  }
  ::unlink(temporary.c_str());
  const RemovedAtSuddenEnd removed(temporary);
  try {
    write(temporary);
    flush_file(temporary, place.path);
    rename_into_place(temporary, place.path);
  } catch (...) {
    ::unlink(temporary.c_str());
    throw;
  }
}

TemporaryFile::TemporaryFile(const std::string& name) {
  std::string pattern = (std::filesystem::temp_directory_path() / "tnn.XXXXXX").string();
  if (!::mkdtemp(pattern.data())) fail("create", pattern);
  folder_ = pattern;
  path_ = folder_ / name;
  removed_folder_.emplace(folder_);
  removed_.emplace(path_);
}

TemporaryFile::~TemporaryFile() {
  std::error_code ignored;
  std::filesystem::remove(path_, ignored);
  std::filesystem::remove(folder_, ignored);
}

}  // namespace tnn
