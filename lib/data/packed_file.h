#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "data/packed_seal.h"
#include "formats/hdf5/hdf5_handle.h"

namespace tnn {

/// What makes a file one of ours.
constexpr const char* kPackedFormat = "tnn packed images";
constexpr int64_t kPackedVersion = 3;
constexpr int64_t kUnsealedVersion = 2;  ///< the oldest that is read: images in chunks of HDF5, no seal
/// The list of a split that only those of clips have, after the split's name.
constexpr const char* kClipEnds = "/clip_ends";

/// A packed file that is read. The caller holds lock_hdf5() in every call, and where it is destroyed. Where the file is damaged, DataError,
/// which names it, or Hdf5Error.
class PackedFile {
 public:
  /// Compares the seal, and only then lets HDF5 read the file; one of version 2 has none, see try_unsealed_file(). DataError where it is
  /// damaged, no HDF5 file, another kind of one, or of another version.
  explicit PackedFile(const std::filesystem::path& path);

  bool has(const std::string& object) const;
  /// How many entries a list has. It is never more than the file has room for.
  int64_t size(const std::string& dataset) const;
  std::vector<std::string> texts(const std::string& dataset) const;
  std::vector<int64_t> integers(const std::string& dataset) const;
  std::vector<double> reals(const std::string& dataset) const;
  const std::filesystem::path& path() const { return path_; }
  bool is_sealed() const { return sealed_; }
  /// The same file without HDF5.
  const std::shared_ptr<const InputFile>& input() const { return input_; }
  int64_t id() const { return file_; }
  /// A list of integers of the file, to be closed by a Hdf5Handle.
  int64_t open_integers(const std::string& dataset) const;
  [[noreturn]] void fail(const std::string& what) const;

 private:
  int64_t open(const std::string& dataset) const;
  int64_t size_of(int64_t dataset, const std::string& name) const;

  std::filesystem::path path_;
  std::shared_ptr<const InputFile> input_;
  bool sealed_;
  Hdf5Handle file_;
};

/// The images of a split of a packed file; the caller holds lock_hdf5() where it is made and destroyed.
class PackedSplit {
 public:
  PackedSplit(const PackedFile& file, const std::string& split);
  size_t size() const { return ends_.size(); }
  /// Safe from several threads; HDF5, which reads those of unsealed files, lets one in at a time. DataError or Hdf5Error.
  void read(size_t index, std::vector<uint8_t>& bytes) const;

 private:
  uint64_t find_bytes(const PackedFile& file, const std::string& split) const;
  void read_by_hdf5(uint64_t begin, std::vector<uint8_t>& bytes) const;

  Hdf5Handle bytes_;
  std::vector<int64_t> ends_;               ///< ascending
  std::shared_ptr<const InputFile> input_;  ///< null: HDF5 reads them
  uint64_t offset_ = 0;                     ///< of the first image in it
};

}  // namespace tnn
