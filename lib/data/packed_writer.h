#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "formats/hdf5/hdf5_handle.h"

namespace tnn {

/// A packed file that is written (see packed_images.h). The caller holds lock_hdf5() in every call, and where it is destroyed. Hdf5Error
/// where the disk is full.
class PackedWriter {
 public:
  PackedWriter(const std::filesystem::path& path, const std::string& dataset, const std::vector<std::string>& classes);
  /// To the disk, so that it shows whether it was full.
  void flush();
  int64_t id() const { return file_; }

 private:
  Hdf5Handle file_;
};

/// One split of it, likewise.
class PackedSplitWriter {
 public:
  PackedSplitWriter(const PackedWriter& file, const std::string& split);
  void add(const std::vector<uint8_t>& bytes, int label, const std::string& name);
  /// Writes what belongs to the images that came.
  void finish();

 private:
  Hdf5Handle group_, bytes_;
  std::vector<int64_t> ends_, labels_;
  std::vector<uint32_t> checksums_;
  std::vector<std::string> names_;
};

}  // namespace tnn
