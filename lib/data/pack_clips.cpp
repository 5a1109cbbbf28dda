#include <fmt/format.h>

#include <algorithm>
#include <atomic>

#include "core/atomic_file.h"
#include "core/error.h"
#include "data/blocks.h"
#include "data/class_labels.h"
#include "data/clip_check.h"
#include "data/dataset.h"
#include "data/file_bytes.h"
#include "data/folder_entries.h"
#include "data/image_folder.h"
#include "data/packed_clips.h"
#include "data/packed_writer.h"
#include "data/parallel.h"

namespace tnn {
namespace fs = std::filesystem;
namespace {

constexpr size_t kBlock = 32;  ///< clips that wait in memory to be written
constexpr size_t kFrameBlock = 2048;

struct Split {
  std::string name;
  ImageSet set;
};

/// Of all files of a clip, or 0 where it cannot be listed: that is found when it is opened.
uint64_t bytes_in(const fs::path& clip) try {
  uint64_t bytes = 0;
  for (const FolderEntry& entry : folder_entries(clip)) {
    std::error_code unknown;
    const uint64_t size = entry.kind == FolderEntry::Kind::file ? fs::file_size(clip / entry.name, unknown) : 0;
    if (!unknown && size <= kMostImageBytes) bytes += size;
  }
  return bytes;
} catch (const DataError&) {
  return 0;
}

/// Reads, checks and writes the clips of the splits.
class ClipPacker {
 public:
  ClipPacker(const DatasetCard& card, DamagePolicy damaged, int workers, DamageLog& damage, Progress& progress)
      : card_(card), damaged_(damaged), workers_(workers), damage_(damage), progress_(progress) {}

  PackedClipCount pack(const std::vector<Split>& splits, const fs::path& path, const fs::path& shown) {
    std::vector<PackedWriter::Room> rooms;
    for (const Split& split : splits) rooms.push_back({split.name, bytes_of(split), true});
    PackedWriter writer(path, shown, card_.name, card_.class_folders, rooms);
    for (size_t split = 0; split < splits.size(); ++split) pack_split(writer, split, splits[split]);
    writer.finish();
    read_back(writer, splits, path);
    return count_;
  }

 private:
  uint64_t bytes_of(const Split& split) {
    std::atomic<uint64_t> bytes{0};
    const auto size = static_cast<size_t>(split.set.size());
    for_each_block("measure " + split.name, {size, kBlock, "clips"}, progress_, [&](size_t first, size_t count) {
      for_each_in_parallel(count, workers_, [&](size_t i) { bytes += bytes_in(split.set.clips->name(first + i)); });
    });
    return bytes;
  }

  void pack_split(PackedWriter& writer, size_t number, const Split& split) {
    const auto size = static_cast<size_t>(split.set.size());
    for_each_block("pack " + split.name, {size, kBlock, "clips"}, progress_, [&](size_t first, size_t count) {
      read_block(split.set, first, count);
      for (size_t i = 0; i < count; ++i)
        if (!block_[i].empty()) add(writer, number, split.set, first + i, block_[i]);
    });
  }

  void add(PackedWriter& writer, size_t split, const ImageSet& set, size_t index, const std::vector<std::vector<uint8_t>>& frames) {
    const int label = labels_of(set)[index];
    const auto& folder = card_.class_folders.at(static_cast<size_t>(label));
    writer.add_clip(split, frames, label, folder + "/" + set.clips->name_in_class(index));
    ++count_.clips;
    count_.frames += static_cast<int64_t>(frames.size());
    for (const auto& frame : frames) count_.bytes += static_cast<int64_t>(frame.size());
  }

  /// Clips that are damaged and left out have no frame.
  void read_block(const ImageSet& set, size_t first, size_t count) {
    block_.resize(kBlock);
    for_each_in_parallel(count, workers_, [&](size_t i) {
      try {
        read_sound_frames(*set.clips->open(first + i), block_[i]);
      } catch (const DamagedImage& damage) {
        const std::string name = set.clips->name(first + i);
        if (damaged_ == DamagePolicy::stop)
          throw DataError(fmt::format("{}: damaged: {} (--damaged skip leaves such clips out)", name, damage.what()));
        damage_.add(name, damage.what());
        block_[i].clear();
      }
    });
  }

  void read_back(const PackedWriter& writer, const std::vector<Split>& splits, const fs::path& path) {
    const InputFile file(path);
    file.drop_cache();
    writer.read_back_lists();
    for (size_t split = 0; split < splits.size(); ++split)
      for_each_block("read back " + splits[split].name, {writer.images(split), kFrameBlock, "frames"}, progress_,
                     [&](size_t first, size_t count) {
                       for_each_in_parallel(count, workers_, [&](size_t i) { writer.read_back_image(file, split, first + i); });
                     });
  }

  const DatasetCard& card_;
  DamagePolicy damaged_;
  int workers_;
  DamageLog& damage_;
  Progress& progress_;
  PackedClipCount count_;
  std::vector<std::vector<std::vector<uint8_t>>> block_;  ///< frames of clips
};

}  // namespace

PackedClipCount pack_clips(const DatasetCard& card, const fs::path& folder, const fs::path& file, DamagePolicy damaged, int workers,
                           DamageLog& damage, Progress& progress) {
  if (file.extension() != ".h5") throw UsageError(fmt::format("'{}': a packed file has the extension .h5", file.string()));
  std::vector<Split> splits;
  for (const char* name : {"train", "test"}) {
    if (!split_folder(folder, card.split(name))) continue;
    splits.push_back({name, load_split(card, folder, name)});
    const ImageSet& set = splits.back().set;
    if (const LeftOut& rest = set.clips->left_out(); rest.count() > 0) progress.message(fmt::format("{}: {}", name, rest.files()));
    const std::string empty = classes_without_clips(count_classes(labels_of(set), card.classes.size()), card.classes);
    if (!empty.empty()) progress.message(fmt::format("{}: {}", name, empty));
  }
  PackedClipCount count;
  replace_file_atomically(
      file, [&](const fs::path& temporary) { count = ClipPacker(card, damaged, workers, damage, progress).pack(splits, temporary, file); });
  return count;
}

}  // namespace tnn
