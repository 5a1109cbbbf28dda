#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace tnn {

/// The members of a ZIP archive that are stored as they are (not compressed), which is how PyTorch writes them.
class ZipArchive {
 public:
  /// DataError where the file is no archive or its directory is damaged.
  explicit ZipArchive(const std::filesystem::path& path);
  ~ZipArchive();
  ZipArchive(const ZipArchive&) = delete;
  ZipArchive& operator=(const ZipArchive&) = delete;

  std::vector<std::string> names() const;
  bool has(const std::string& name) const { return members_.count(name) != 0; }
  /// The content of a member, its checksum tested. DataError where there is none of that name, or it is compressed or damaged.
  std::string read(const std::string& name) const;

 private:
  /// Where the directory tells of a member.
  struct Place {
    uint64_t offset = 0, index = 0;
  };
  void list();
  [[noreturn]] void fail(const std::string& what) const;
  std::filesystem::path path_;
  uint64_t file_bytes_ = 0;
  void* archive_ = nullptr;  // unzFile
  std::map<std::string, Place> members_;
};

}  // namespace tnn
