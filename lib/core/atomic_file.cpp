#include "core/atomic_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>
#include <system_error>

#include "core/error.h"

namespace tnn {
namespace {

[[noreturn]] void fail(const std::string& what, const std::filesystem::path& path) {
  throw SystemError(fmt::format("cannot {} '{}': {}", what, path.string(), std::strerror(errno)));
}

std::filesystem::path folder_of(const std::filesystem::path& path) { return path.has_parent_path() ? path.parent_path() : "."; }

std::filesystem::path temporary_name(const std::filesystem::path& path) {
  return folder_of(path) / fmt::format(".{}.{}.tmp", path.filename().string(), getpid());
}

/// Flushes a file or folder that is open elsewhere or not at all.
void flush_path(const std::filesystem::path& path, int flags) {
  const int descriptor = ::open(path.c_str(), flags);
  if (descriptor < 0) return;
  ::fsync(descriptor);
  ::close(descriptor);
}

void rename_into_place(const std::filesystem::path& temporary, const std::filesystem::path& path) {
  if (::rename(temporary.c_str(), path.c_str()) != 0) fail("rename into place", path);
  flush_path(folder_of(path), O_RDONLY | O_DIRECTORY);
}

}  // namespace

AtomicFile::AtomicFile(std::filesystem::path path) : path_(std::move(path)), temporary_(temporary_name(path_)) {
  descriptor_ = ::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (descriptor_ < 0) fail("create", path_);
}

AtomicFile::~AtomicFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
  if (!temporary_.empty()) ::unlink(temporary_.c_str());
}

void AtomicFile::write(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor_, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) fail("write", path_);
    bytes.remove_prefix(static_cast<size_t>(written));
  }
}

void AtomicFile::commit() {
  if (::fsync(descriptor_) != 0) fail("flush", path_);
  const int closed = ::close(descriptor_);
  descriptor_ = -1;
  if (closed != 0) fail("close", path_);
  rename_into_place(temporary_, path_);
  temporary_.clear();
}

void write_file_atomically(const std::filesystem::path& path, std::string_view bytes) {
  AtomicFile file(path);
  file.write(bytes);
  file.commit();
}

void replace_file_atomically(const std::filesystem::path& path, const std::function<void(const std::filesystem::path&)>& write) {
  const auto temporary = temporary_name(path);
  const auto parent = path.parent_path();
  if (!parent.empty() && !std::filesystem::is_directory(parent)) {
    errno = ENOENT;
    fail("create", path);
  }
  try {
    write(temporary);
    flush_path(temporary, O_RDONLY);
    rename_into_place(temporary, path);
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
}

TemporaryFile::~TemporaryFile() {
  std::error_code ignored;
  std::filesystem::remove(path_, ignored);
  std::filesystem::remove(folder_, ignored);
}

std::string read_file(const std::filesystem::path& path) {
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  const bool endless = std::filesystem::is_character_file(status) || std::filesystem::is_block_file(status);
  errno = 0;
  std::ifstream stream(path, std::ios::binary);
  std::ostringstream bytes;
  if (!stream || endless || std::filesystem::is_directory(status) || !(bytes << stream.rdbuf() || stream.peek() == EOF))
    throw DataError(fmt::format("cannot read '{}': {}", path.string(), errno ? std::strerror(errno) : "not a regular file"));
  return std::move(bytes).str();
}

void create_folder(const std::filesystem::path& path) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (error) throw SystemError(fmt::format("cannot create folder '{}': {}", path.string(), error.message()));
}

}  // namespace tnn
