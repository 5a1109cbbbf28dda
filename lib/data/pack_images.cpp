#include <fmt/format.h>

#include <algorithm>
#include <atomic>

#include "core/atomic_file.h"
#include "core/error.h"
#include "data/annotated_folder.h"
#include "data/annotated_images.h"
#include "data/blocks.h"
#include "data/box_targets.h"
#include "data/class_labels.h"
#include "data/display_name.h"
#include "data/file_bytes.h"
#include "data/image_decoder.h"
#include "data/image_folder.h"
#include "data/packed_images.h"
#include "data/packed_writer.h"
#include "data/parallel.h"

namespace tnn {
namespace fs = std::filesystem;
namespace {

constexpr size_t kBlock = 64;  ///< images that wait in memory to be written

struct Split {
  std::string name;
  ImageSet set;
};

/// Reads, checks and writes the images of the splits.
class Packer {
 public:
  Packer(const DatasetCard& card, DamagePolicy damaged, int workers, DamageLog& damage, Progress& progress)
      : card_(card), damaged_(damaged), workers_(workers), damage_(damage), progress_(progress) {}

  PackedCount pack(const std::vector<Split>& splits, const fs::path& path, const fs::path& shown) {
    std::vector<PackedWriter::Room> rooms;
    for (const Split& split : splits) rooms.push_back({split.name, bytes_of(split)});
    PackedWriter writer(path, shown, card_.name, card_.class_folders, rooms);
    for (size_t split = 0; split < splits.size(); ++split) {
      kept_.clear();
      pack_split(writer, split, splits[split]);
      if (card_.has_boxes()) writer.set_lists(split, packed_annotations(kept_annotations(splits[split])));
    }
    writer.finish();
    read_back(writer, splits, path);
    return count_;
  }

 private:
  /// Of all images that will be read; those that cannot be are found when they are.
  uint64_t bytes_of(const Split& split) {
    std::atomic<uint64_t> bytes{0};
    for_each_block("measure " + split.name, {static_cast<size_t>(split.set.size()), kBlock}, progress_, [&](size_t first, size_t count) {
      for_each_in_parallel(count, workers_, [&](size_t i) {
        std::error_code unknown;
        const uint64_t size = fs::file_size(split.set.encoded->name(first + i), unknown);
        if (!unknown && size <= kMostImageBytes) bytes += size;
      });
    });
    return bytes;
  }

  void pack_split(PackedWriter& writer, size_t number, const Split& split) {
    for_each_block("pack " + split.name, {static_cast<size_t>(split.set.size()), kBlock}, progress_, [&](size_t first, size_t count) {
      read_block(split.set, first, count);
      for (size_t i = 0; i < count; ++i)
        if (sound_[i]) add(writer, number, split.set, first + i, block_[i]);
    });
  }

  void add(PackedWriter& writer, size_t split, const ImageSet& set, size_t index, const std::vector<uint8_t>& bytes) {
    const int label = set.targets->stratum(index);
    const std::string folder = card_.has_boxes() ? "" : card_.class_folders.at(static_cast<size_t>(label)) + "/";
    writer.add(split, bytes, label, folder + set.encoded->name_in_class(index));
    kept_.push_back(index);
    ++count_.images;
    count_.bytes += static_cast<int64_t>(bytes.size());
  }

  AnnotatedImages kept_annotations(const Split& split) const {
    const AnnotatedImages& all = boxes_of(*split.set.targets).annotations();
    AnnotatedImages kept{all.categories, all.category_ids, {}};
    for (const size_t index : kept_) kept.images.push_back(all.images[index]);
    return kept;
  }

  void read_block(const ImageSet& set, size_t first, size_t count) {
    block_.resize(kBlock);
    sound_.assign(kBlock, 0);
    for_each_in_parallel(count, workers_, [&](size_t i) {
      try {
        set.encoded->read(first + i, block_[i]);
        thread_local PixelImage pixels;
        decode_image(block_[i], pixels);
        sound_[i] = 1;
      } catch (const DamagedImage& damage) {
        const std::string name = set.encoded->name(first + i);
        if (damaged_ == DamagePolicy::stop)
          throw DataError(fmt::format("{}: damaged: {} (--damaged skip leaves such images out)", name, damage.what()));
        damage_.add(name, damage.what());
      }
    });
  }

  void read_back(const PackedWriter& writer, const std::vector<Split>& splits, const fs::path& path) {
    const InputFile file(path);
    file.drop_cache();
    writer.read_back_lists();
    for (size_t split = 0; split < splits.size(); ++split)
      for_each_block("read back " + splits[split].name, {writer.images(split), kBlock}, progress_, [&](size_t first, size_t count) {
        for_each_in_parallel(count, workers_, [&](size_t i) { writer.read_back_image(file, split, first + i); });
      });
  }

  const DatasetCard& card_;
  DamagePolicy damaged_;
  int workers_;
  DamageLog& damage_;
  Progress& progress_;
  PackedCount count_;
  std::vector<std::vector<uint8_t>> block_;
  std::vector<char> sound_;
  std::vector<size_t> kept_;  ///< of the split so far
};

std::vector<Split> annotated_splits(const DatasetCard& card, const fs::path& folder, Progress& progress) {
  std::vector<Split> splits;
  for (const char* name : {"train", "test"}) {
    if (!has_annotated_split(card, folder, card.split(name))) continue;
    splits.push_back({name, read_annotated_images(card, folder, card.split(name))});
    if (const LeftOut& lost = splits.back().set.encoded->left_out(); !lost.empty()) progress.message(lost.line());
  }
  return splits;
}

std::vector<Split> class_folder_splits(const DatasetCard& card, const fs::path& folder, Progress& progress) {
  std::vector<Split> splits;
  for (const char* name : {"train", "test"})
    if (const auto images = split_folder(folder, card.split(name))) {
      splits.push_back({name, read_image_folder(card, folder, card.split(name))});
      if (const LeftOut& rest = splits.back().set.encoded->left_out(); rest.count() > 0)
        progress.message(fmt::format("{}: {}", images->string(), rest.files()));
      for (const std::string& empty : empty_class_folders(card, *images, labels_of(splits.back().set)))
        progress.message(fmt::format("{}: no image of this class", display_name((*images / empty).string())));
    }
  return splits;
}

}  // namespace

PackedCount pack_images(const DatasetCard& card, const fs::path& folder, const fs::path& file, DamagePolicy damaged, int workers,
                        DamageLog& damage, Progress& progress) {
  if (file.extension() != ".h5") throw UsageError(fmt::format("'{}': a packed file has the extension .h5", file.string()));
  const auto splits = (card.has_boxes() ? annotated_splits : class_folder_splits)(card, folder, progress);
  PackedCount count;
  replace_file_atomically(
      file, [&](const fs::path& temporary) { count = Packer(card, damaged, workers, damage, progress).pack(splits, temporary, file); });
  return count;
}

}  // namespace tnn
