#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>

namespace tnn {

/// A regular file that is open for reading. DataError, with path and reason, where it cannot be opened or read, or is something else: a
/// FIFO is not waited for. What read_at() does is safe from several threads.
class InputFile {
 public:
  explicit InputFile(std::filesystem::path path);
  ~InputFile();
  InputFile(const InputFile&) = delete;
  InputFile& operator=(const InputFile&) = delete;

  const std::filesystem::path& path() const { return path_; }
  /// Its bytes when it was opened.
  uint64_t size() const { return size_; }
  /// Forgets what the system keeps of it in memory, so that it is read from the disk.
  void drop_cache() const;
  /// Reads on; fewer bytes than asked for at its end only.
  size_t read(uint8_t* to, size_t count);
  /// Reads all of these bytes.
  void read_at(uint64_t offset, uint8_t* to, size_t count) const;

 private:
  [[noreturn]] void fail(const std::string& reason) const;

  std::filesystem::path path_;
  int descriptor_ = -1;
  uint64_t size_ = 0;
};

}  // namespace tnn
