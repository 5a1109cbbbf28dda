#include <fmt/format.h>
#include <hdf5.h>

#include <algorithm>
#include <memory>

#include "core/atomic_file.h"
#include "core/error.h"
#include "core/interruption.h"
#include "data/image_decoder.h"
#include "data/image_folder.h"
#include "data/packed_file.h"
#include "data/packed_images.h"
#include "data/parallel.h"

namespace tnn {
namespace fs = std::filesystem;
namespace {

using Handle = Hdf5Handle;
constexpr size_t kBlock = 64;  ///< images that wait in memory to be written

void check(herr_t status, const std::string& what) {
  if (status < 0) throw SystemError(fmt::format("HDF5 cannot {} (is the disk full?)", what));
}

int64_t make_text_type(size_t length) {
  const hid_t type = H5Tcopy(H5T_C_S1);
  check(type < 0 ? -1 : H5Tset_size(type, length), "make a text type");
  check(H5Tset_strpad(type, H5T_STR_NULLPAD), "make a text type");
  check(H5Tset_cset(type, H5T_CSET_UTF8), "make a text type");
  return type;
}

void write_list(int64_t parent, const char* name, hsize_t count, int64_t type, const void* values) {
  const Handle space(H5Screate_simple(1, &count, nullptr), H5Sclose, "make a space");
  const Handle dataset(H5Dcreate2(parent, name, type, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT), H5Dclose, "make a dataset");
  if (count > 0) check(H5Dwrite(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values), fmt::format("write '{}'", name));
}

void write_texts(int64_t parent, const char* name, const std::vector<std::string>& texts) {
  size_t length = 1;
  for (const auto& text : texts) length = std::max(length, text.size());
  std::string all;
  for (const auto& text : texts) (all += text).append(length - text.size(), '\0');
  const Handle type(make_text_type(length), H5Tclose, "make a text type");
  write_list(parent, name, texts.size(), type, all.data());
}

void write_attribute(int64_t object, const char* name, int64_t type, const void* value) {
  const Handle space(H5Screate(H5S_SCALAR), H5Sclose, "make a space");
  const Handle attribute(H5Acreate2(object, name, type, space, H5P_DEFAULT, H5P_DEFAULT), H5Aclose, "make an attribute");
  check(H5Awrite(attribute, type, value), "write an attribute");
}

void write_text_attribute(int64_t object, const char* name, const std::string& text) {
  const Handle type(make_text_type(std::max<size_t>(1, text.size())), H5Tclose, "make a text type");
  write_attribute(object, name, type, text.c_str());
}

/// The newest layout of lists of chunks, which finds one of a million at once.
int64_t make_access() {
  const hid_t access = H5Pcreate(H5P_FILE_ACCESS);
  check(access < 0 ? -1 : H5Pset_libver_bounds(access, H5F_LIBVER_V110, H5F_LIBVER_V110), "choose a layout");
  return access;
}

/// Writes one split. Its calls hold hdf5_mutex().
class SplitWriter {
 public:
  SplitWriter(int64_t file, const std::string& split, hsize_t images)
      : group_(H5Gcreate2(file, split.c_str(), H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT), H5Gclose, "make a group"),
        type_(H5Tvlen_create(H5T_NATIVE_UCHAR), H5Tclose, "make a type"),
        dataset_(make_images(group_, images), H5Dclose, "make a dataset") {}

  void add(const std::vector<uint8_t>& bytes, int label, const std::string& name) {
    const hsize_t place = labels_.size(), one = 1;
    const Handle space(H5Dget_space(dataset_), H5Sclose, "find the size of a dataset");
    const Handle memory(H5Screate_simple(1, &one, nullptr), H5Sclose, "make a space");
    check(H5Sselect_hyperslab(space, H5S_SELECT_SET, &place, nullptr, &one, nullptr), "choose a place");
    const hvl_t value{bytes.size(), const_cast<uint8_t*>(bytes.data())};
    check(H5Dwrite(dataset_, type_, memory, space, H5P_DEFAULT, &value), "write an image");
    labels_.push_back(label);
    names_.push_back(name);
  }

  void finish() {
    const hsize_t count = labels_.size();
    check(H5Dset_extent(dataset_, &count), "cut a dataset to its size");
    write_list(group_, "labels", count, H5T_NATIVE_INT64, labels_.data());
    write_texts(group_, "names", names_);
  }

 private:
  static int64_t make_images(int64_t group, hsize_t count) {
    const hsize_t one = 1;
    const Handle space(H5Screate_simple(1, &count, nullptr), H5Sclose, "make a space");
    const Handle type(H5Tvlen_create(H5T_STD_U8LE), H5Tclose, "make a type");
    const Handle properties(H5Pcreate(H5P_DATASET_CREATE), H5Pclose, "make a property list");
    check(H5Pset_chunk(properties, 1, &one), "set a chunk");
    return H5Dcreate2(group, "images", type, space, H5P_DEFAULT, properties, H5P_DEFAULT);
  }

  Handle group_, type_, dataset_;
  std::vector<int64_t> labels_;
  std::vector<std::string> names_;
};

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
    std::unique_lock lock(hdf5_mutex());
    H5dont_atexit();  // its exit handler crashes on a file that could not be flushed; every handle is closed here anyway
    H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
    const Handle access(make_access(), H5Pclose, "make a property list");
    const Handle file(H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, access), H5Fclose, fmt::format("create '{}'", path.string()));
    write_text_attribute(file, "format", kPackedFormat);
    write_attribute(file, "version", H5T_NATIVE_INT64, &kPackedVersion);
    write_text_attribute(file, "dataset", card_.name);
    write_texts(file, "classes", card_.class_folders);
    for (const auto& [name, set] : splits) pack_split(file, name, set, lock);
    check(H5Fflush(file, H5F_SCOPE_GLOBAL), "flush the file");
    return count_;
  }

 private:
  void pack_split(int64_t file, const std::string& split, const ImageSet& set, std::unique_lock<std::mutex>& lock) {
    const auto size = static_cast<size_t>(set.size());
    SplitWriter writer(file, split, size);
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

  void add(SplitWriter& writer, const ImageSet& set, size_t index, const std::vector<uint8_t>& bytes) {
    const fs::path path = set.encoded->name(index);
    const auto& folder = card_.class_folders.at(static_cast<size_t>(set.labels[index]));
    writer.add(bytes, set.labels[index], folder + "/" + path.filename().string());
    ++count_.images;
    count_.bytes += static_cast<int64_t>(bytes.size());
  }

  void read_block(const ImageSet& set, size_t first, size_t count) {
    block_.resize(kBlock);
    sound_.assign(kBlock, 0);
    for_each_in_parallel(count, workers_, [&](size_t i) {
      set.encoded->read(first + i, block_[i]);
      try {
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
    if (split_folder(folder, card.split(name))) splits.emplace_back(name, read_image_folder(card, folder, card.split(name)));
  PackedCount count;
  replace_file_atomically(
      file, [&](const fs::path& temporary) { count = Packer(card, damaged, workers, damage, progress).pack(splits, temporary); });
  return count;
}

}  // namespace tnn
