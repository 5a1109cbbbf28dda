#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>

namespace tnn {

/// A file that is there and is written at places of one's choice. SystemError, with the reason and the name that `shown` gives, wherever
/// the system refuses: nothing has arrived for certain before close().
class OutputFile {
 public:
  OutputFile(const std::filesystem::path& path, std::filesystem::path shown);
  ~OutputFile();
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;

  /// Takes the disk's room for these bytes now, where the file system can: a full one shows before the work.
  void reserve(uint64_t offset, uint64_t count);
  void write_at(uint64_t offset, const void* bytes, size_t count);
  /// Flushes to the disk, and closes.
  void close();

 private:
  [[noreturn]] void fail(const std::string& what) const;

  std::filesystem::path shown_;
  int descriptor_;
};

}  // namespace tnn
