#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "core/folder.h"
#include "core/output_place.h"
#include "core/read_file.h"
#include "core/temporary_files.h"

namespace tnn {

/// An output that appears whole or not at all: written to a temporary name beside its place, flushed to the disk (fsync), then renamed.
/// Destroyed without commit(), it leaves nothing behind and the previous file untouched. The mode of a file that was there is kept; a
/// symbolic link stays, and what it leads to is replaced. A device, a FIFO or a descriptor such as /dev/stdout is never replaced: it gets
/// the bytes as they come (see output_place).
class AtomicFile {
 public:
  /// SystemError with path and reason where nothing can be written there, or no process reads from a FIFO.
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
  std::filesystem::path path_;  ///< as named, for messages
  OutputPlace place_;
  std::filesystem::path temporary_;  ///< of a regular file
  std::optional<RemovedAtSuddenEnd> removed_;
  int descriptor_ = -1;
};

/// Writes one whole file atomically.
void write_file_atomically(const std::filesystem::path& path, std::string_view bytes);

/// For writers that open a path themselves (HDF5): `write` fills the temporary path, which then takes the place of `path`. What is no file
/// gets its bytes at the end.
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
  std::optional<RemovedAtSuddenEnd> removed_folder_, removed_;
};

}  // namespace tnn
