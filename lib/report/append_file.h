#pragma once

#include <filesystem>
#include <string_view>

namespace tnn {

/// A log that only grows: opened for appending, created where it is not there. What append() took is with the operating system when it
/// returns, so a killed program loses nothing.
class AppendFile {
 public:
  explicit AppendFile(std::filesystem::path path);
  ~AppendFile();
  AppendFile(const AppendFile&) = delete;
  AppendFile& operator=(const AppendFile&) = delete;

  const std::filesystem::path& path() const { return path_; }
  /// SystemError with path and reason where the disk is full or the write fails.
  void append(std::string_view bytes);
  /// Waits until what was appended is on the disk; SystemError where that fails.
  void flush() const;

 private:
  std::filesystem::path path_;
  int descriptor_;
};

}  // namespace tnn
