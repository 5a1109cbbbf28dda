#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

namespace tnn {

/// A file that appears whole or not at all: written to a temporary name beside its place, flushed to the disk (fsync), then renamed.
/// Destroyed without commit(), it leaves nothing behind and the previous file untouched.
class AtomicFile {
 public:
  explicit AtomicFile(std::filesystem::path path);
  ~AtomicFile();
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  /// Appends bytes; SystemError with path and reason where the disk is full or the write fails.
  void write(std::string_view bytes);
  void write(const void* bytes, size_t count) { write({static_cast<const char*>(bytes), count}); }
  /// Flushes, renames into place, and flushes the folder's entry.
  void commit();

 private:
  std::filesystem::path path_, temporary_;
  int descriptor_ = -1;
};

/// Writes one whole file atomically.
void write_file_atomically(const std::filesystem::path& path, std::string_view bytes);

/// For writers that open a path themselves (HDF5): `write` fills the temporary path, which then takes the place of `path`.
void replace_file_atomically(const std::filesystem::path& path, const std::function<void(const std::filesystem::path&)>& write);

/// The name of a file in the system's folder for temporary files, which is removed with the object.
class TemporaryFile {
 public:
  /// `name` ends it; SystemError where it cannot be made.
  explicit TemporaryFile(const std::string& name);
  ~TemporaryFile();
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path folder_, path_;
};

/// The whole file as bytes; DataError where it cannot be read, or is a device.
std::string read_file(const std::filesystem::path& path);

/// Creates a folder and those above it; SystemError with path and reason.
void create_folder(const std::filesystem::path& path);

}  // namespace tnn
