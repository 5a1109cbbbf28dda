#pragma once

#include <cstdint>
#include <filesystem>
#include <mutex>
#include <string>
#include <vector>

#include "formats/hdf5_handle.h"

namespace tnn {

/// Held around every call of HDF5, which is not safe from several threads.
std::mutex& hdf5_mutex();

/// What makes a file one of ours.
constexpr const char* kPackedFormat = "tnn packed images";
constexpr int64_t kPackedVersion = 1;

/// A packed file that is read. The caller holds hdf5_mutex() in every call, and where it is destroyed.
class PackedFile {
 public:
  /// DataError where it is no HDF5 file, another kind of one, or of another version.
  explicit PackedFile(const std::filesystem::path& path);

  bool has(const std::string& object) const;
  std::vector<std::string> texts(const std::string& dataset) const;
  std::vector<int64_t> integers(const std::string& dataset) const;
  const std::filesystem::path& path() const { return path_; }
  int64_t id() const { return file_; }

 private:
  [[noreturn]] void fail(const std::string& what) const;
  int64_t size_of(int64_t dataset, const std::string& name) const;

  std::filesystem::path path_;
  Hdf5Handle file_;
};

/// The images of a split of a packed file, one of which is read at a time; likewise.
class PackedSplit {
 public:
  PackedSplit(const PackedFile& file, const std::string& split);
  int64_t size() const { return size_; }
  /// DataError where HDF5 cannot read it.
  void read(int64_t index, std::vector<uint8_t>& bytes) const;

 private:
  std::filesystem::path path_;
  Hdf5Handle dataset_, type_;
  int64_t size_ = 0;
};

}  // namespace tnn
