#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "data/output_file.h"
#include "data/packed_annotations.h"
#include "data/packed_seal.h"

namespace tnn {

/// A packed file that is written (see packed_images.h). HDF5 makes the file and the lists; the images go to the room that it made for them
/// without it. Nothing has arrived before finish(), and whether it arrived is known after read_back(). SystemError, which names `shown`,
/// where the disk is full or does not take what is written.
class PackedWriter {
 public:
  /// A split and how many bytes its images have at most.
  struct Room {
    std::string split;
    uint64_t bytes = 0;
    bool of_clips = false;  ///< its images are frames
  };

  PackedWriter(std::filesystem::path path, std::filesystem::path shown, const std::string& dataset, std::vector<std::string> classes,
               const std::vector<Room>& rooms);

  size_t splits() const { return splits_.size(); }
  /// Images of a split so far; of clips all frames.
  size_t images(size_t split) const { return splits_[split].ends.size(); }
  /// The next image of a split. DataError where they have more bytes than they were to have.
  void add(size_t split, const std::vector<uint8_t>& bytes, int label, const std::string& name);
  /// The next clip of a split, by its frames. DataError as of add().
  void add_clip(size_t split, const std::vector<std::vector<uint8_t>>& frames, int label, const std::string& name);
  /// What else is told of a split's images: the annotations of images with boxes.
  void set_lists(size_t split, PackedLists lists) { splits_.at(split).more = std::move(lists); }
  /// Writes the lists and the seal, and flushes all to the disk.
  void finish();
  /// Reads the seal and the lists again; SystemError where they are not what was written.
  void read_back_lists() const;
  /// The same for one image; safe from several threads.
  void read_back_image(const InputFile& file, size_t split, size_t index) const;

 private:
  struct Split {
    std::string name;
    FileRange room;
    bool of_clips = false;
    std::vector<int64_t> ends, labels, clip_ends;
    std::vector<uint32_t> checksums;
    std::vector<std::string> names;
    PackedLists more;
  };

  void add_bytes(Split& to, const std::vector<uint8_t>& bytes);
  void create(const std::string& dataset, const std::vector<Room>& rooms);
  void write_lists() const;
  [[noreturn]] void fail_to_read_back(const std::string& what) const;

  std::filesystem::path path_, shown_;
  std::vector<std::string> classes_;
  std::vector<Split> splits_;
  std::unique_ptr<OutputFile> file_;
};

}  // namespace tnn
