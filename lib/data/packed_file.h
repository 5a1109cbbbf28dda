#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "formats/hdf5/hdf5_handle.h"

namespace tnn {

/// What makes a file one of ours.
constexpr const char* kPackedFormat = "tnn packed images";
constexpr int64_t kPackedVersion = 2;

/// A packed file that is read. The caller holds lock_hdf5() in every call, and where it is destroyed. Where the file is damaged, DataError,
/// which names it, or Hdf5Error.
class PackedFile {
 public:
  /// DataError where it is no HDF5 file, another kind of one, or of another version.
  explicit PackedFile(const std::filesystem::path& path);

  bool has(const std::string& object) const;
  /// How many entries a list has. It is never more than the file has room for.
  int64_t size(const std::string& dataset) const;
  std::vector<std::string> texts(const std::string& dataset) const;
  std::vector<int64_t> integers(const std::string& dataset) const;
  const std::filesystem::path& path() const { return path_; }
  int64_t id() const { return file_; }
  /// A list of integers of the file, to be closed by a Hdf5Handle.
  int64_t open_integers(const std::string& dataset) const;
  [[noreturn]] void fail(const std::string& what) const;

 private:
  int64_t open(const std::string& dataset) const;
  int64_t size_of(int64_t dataset, const std::string& name) const;

  std::filesystem::path path_;
  Hdf5Handle file_;
};

/// The images of a split of a packed file, one of which is read at a time; likewise.
class PackedSplit {
 public:
  PackedSplit(const PackedFile& file, const std::string& split);
  size_t size() const { return ends_.size(); }
  void read(size_t index, std::vector<uint8_t>& bytes) const;

 private:
  Hdf5Handle bytes_;
  std::vector<int64_t> ends_;  ///< ascending, the last one the number of bytes
};

}  // namespace tnn
