#include <fmt/format.h>

#include <algorithm>

#include "core/atomic_file.h"
#include "core/error.h"
#include "core/interruption.h"
#include "data/image_decoder.h"
#include "data/image_folder.h"
#include "data/packed_images.h"
#include "data/packed_writer.h"
#include "data/parallel.h"
#include "formats/hdf5/hdf5_library.h"

namespace tnn {
namespace fs = std::filesystem;
namespace {

constexpr size_t kBlock = 64;  ///< images that wait in memory to be written

/// Lets other threads at HDF5 until the end of its scope, however that is left.
class Unlocked {
 public:
  explicit Unlocked(std::unique_lock<std::mutex>& lock) : lock_(lock) { lock_.unlock(); }
  ~Unlocked() { lock_.lock(); }
  Unlocked(const Unlocked&) = delete;
  Unlocked& operator=(const Unlocked&) = delete;

 private:
  std::unique_lock<std::mutex>& lock_;
};

/// Reads, checks and writes the images of the splits.
class Packer {
 public:
  Packer(const DatasetCard& card, DamagePolicy damaged, int workers, DamageLog& damage, Progress& progress)
      : card_(card), damaged_(damaged), workers_(workers), damage_(damage), progress_(progress) {}

  PackedCount pack(const std::vector<std::pair<std::string, ImageSet>>& splits, const fs::path& path) {
    auto lock = lock_hdf5();
    PackedWriter file(path, card_.name, card_.class_folders);
    for (const auto& [name, set] : splits) pack_split(file, name, set, lock);
    file.flush();
    return count_;
  }

 private:
  void pack_split(const PackedWriter& file, const std::string& split, const ImageSet& set, std::unique_lock<std::mutex>& lock) {
    const auto size = static_cast<size_t>(set.size());
    PackedSplitWriter writer(file, split);
    progress_.begin("pack " + split, set.size(), "images");
    for (size_t first = 0; first < size; first += kBlock) {
      stop_if_interrupted();
      const size_t count = std::min(kBlock, size - first);
      {
        const Unlocked others(lock);
        read_block(set, first, count);
      }
      for (size_t i = 0; i < count; ++i)
        if (sound_[i]) add(writer, set, first + i, block_[i]);
      progress_.advance(static_cast<int64_t>(first + count), {});
    }
    writer.finish();
    progress_.end();
  }

  void add(PackedSplitWriter& writer, const ImageSet& set, size_t index, const std::vector<uint8_t>& bytes) {
    const auto& folder = card_.class_folders.at(static_cast<size_t>(set.labels[index]));
    writer.add(bytes, set.labels[index], folder + "/" + set.encoded->name_in_class(index));
    ++count_.images;
    count_.bytes += static_cast<int64_t>(bytes.size());
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

  const DatasetCard& card_;
  DamagePolicy damaged_;
  int workers_;
  DamageLog& damage_;
  Progress& progress_;
  PackedCount count_;
  std::vector<std::vector<uint8_t>> block_;
  std::vector<char> sound_;
};

}  // namespace

PackedCount pack_images(const DatasetCard& card, const fs::path& folder, const fs::path& file, DamagePolicy damaged, int workers,
                        DamageLog& damage, Progress& progress) {
  if (file.extension() != ".h5") throw UsageError(fmt::format("'{}': a packed file has the extension .h5", file.string()));
  std::vector<std::pair<std::string, ImageSet>> splits;
  for (const char* name : {"train", "test"})
    if (const auto images = split_folder(folder, card.split(name))) {
      splits.emplace_back(name, read_image_folder(card, folder, card.split(name)));
      if (const LeftOut& rest = splits.back().second.encoded->left_out(); rest.count() > 0)
        progress.message(fmt::format("{}: {}", images->string(), rest.files()));
      for (const std::string& empty : empty_class_folders(card, *images, splits.back().second.labels))
        progress.message(fmt::format("{}: no image of this class", (*images / empty).string()));
    }
  PackedCount count;
  try {
    replace_file_atomically(
        file, [&](const fs::path& temporary) { count = Packer(card, damaged, workers, damage, progress).pack(splits, temporary); });
  } catch (const Hdf5Error& error) {
    throw SystemError(fmt::format("{}: {} (is the disk full?)", file.string(), error.what()));
  }
  return count;
}

}  // namespace tnn
