#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "core/error.h"
#include "data/packed_file.h"

namespace tnn {

/// Images or clips of a split of a packed file, which stays open: names, labels (of images with boxes their strata), and the bytes of the
/// image files of which there is one for an image, and one for each frame of a clip. Everything of HDF5 happens under its lock.
class PackedSamples {
 public:
  enum class Kind { images, clips, boxes };
  /// DataError where the file is damaged, has no such split, or one of the other kind.
  PackedSamples(const std::filesystem::path& path, const std::string& split, Kind kind);
  ~PackedSamples();
  PackedSamples(const PackedSamples&) = delete;
  PackedSamples& operator=(const PackedSamples&) = delete;

  /// Keeps `limit` samples (see limited()); their labels, as indices into `classes`. To be called once, before what follows. DataError
  /// where one of the file's classes is none of them.
  std::vector<int> choose(const std::vector<std::string>& classes, int64_t limit);
  /// The same for images with boxes, whose labels do not count.
  void choose_evenly(int64_t limit);
  /// The index into `known` of each of the file's classes. DataError where one is none of them.
  std::vector<int> class_numbers(const std::vector<std::string>& known) const;

  /// "<file>:<split>/<class folder>/<name>".
  std::string name(size_t sample) const { return path_ + names_.at(chosen_.at(sample)); }
  /// "<class folder>/<name>".
  const std::string& packed_name(size_t sample) const { return names_.at(chosen_.at(sample)); }

  /// Image files of a sample: 1, or the frames of a clip.
  size_t files(size_t sample) const;
  /// The bytes of one of them. DamagedImage where its checksum is another; DataError where the file cannot be read.
  void read(size_t sample, size_t file, std::vector<uint8_t>& bytes) const;

 private:
  size_t first_file(size_t place) const;

  std::string path_;
  std::unique_ptr<PackedFile> file_;
  std::unique_ptr<PackedSplit> images_;
  std::vector<std::string> names_, classes_;
  std::vector<int64_t> labels_, clip_ends_;  ///< clip_ends_: empty where the samples are images
  std::vector<uint32_t> checksums_;
  std::vector<size_t> chosen_;
};

/// Calls `open`; where HDF5 fails in it, a DataError that names the file.
template <typename Open>
auto open_packed(const std::filesystem::path& file, const Open& open) {
  try {
    return open();
  } catch (const Hdf5Error& error) {
    throw DataError(file.string() + ": " + error.what() + " (it is damaged)");
  }
}

}  // namespace tnn
