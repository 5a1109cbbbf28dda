#include "data/packed_images.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "core/error.h"
#include "data/checksum.h"
#include "data/class_labels.h"
#include "data/image_folder.h"
#include "data/packed_file.h"
#include "data/packed_trial.h"
#include "formats/hdf5/hdf5_library.h"

namespace tnn {
namespace fs = std::filesystem;
namespace {

/// A split that stays open. Everything of HDF5 happens under its lock.
class PackedImages : public EncodedImages {
 public:
  PackedImages(const fs::path& path, const std::string& split) : path_(path.string() + ":" + split + "/") {
    const auto lock = lock_hdf5();
    try_unsealed_file(path);
    auto file = std::make_unique<PackedFile>(path);  // no member yet: where this throws, it is closed before the lock is let go
    if (!file->has(split)) throw DataError(fmt::format("{}: it has no split '{}'", path.string(), split));
    check_sizes(*file, split);
    auto images = std::make_unique<PackedSplit>(*file, split);
    names_ = file->texts(split + "/names");
    labels_ = file->integers(split + "/labels");
    const std::vector<int64_t> checksums = file->integers(split + "/checksums");
    checksums_.assign(checksums.begin(), checksums.end());
    classes_ = file->texts("classes");
    file_ = std::move(file);
    images_ = std::move(images);
  }
  ~PackedImages() override {
    const auto lock = lock_hdf5();
    images_.reset();
    file_.reset();
  }

  std::string name(size_t index) const override { return path_ + names_.at(chosen_.at(index)); }
  std::string name_in_class(size_t index) const override {
    const std::string& name = names_.at(chosen_.at(index));
    return name.substr(name.find('/') + 1);  // npos + 1 is 0
  }
  void read(size_t index, std::vector<uint8_t>& bytes) const override {
    const size_t place = chosen_.at(index);
    read_from_file(place, bytes);
    const uint32_t found = crc32_of(bytes);
    if (found != checksums_[place])
      throw DamagedImage(fmt::format("other bytes than were packed (CRC-32 {:08x}, expected {:08x})", found, checksums_[place]));
  }

  /// Keeps `limit` images; their labels.
  std::vector<int> choose(const std::vector<std::string>& known, int64_t limit) {
    std::vector<int> classes;  // of the card
    for (const std::string& name : classes_) {
      const auto found = std::lower_bound(known.begin(), known.end(), name);
      if (found == known.end() || *found != name)
        throw DataError(fmt::format("{}: '{}' is none of the {} classes of the data set", path_, name, known.size()));
      classes.push_back(static_cast<int>(found - known.begin()));
    }
    for (size_t i = 0; i < labels_.size(); ++i)
      if (labels_[i] < 0 || labels_[i] >= static_cast<int64_t>(classes.size()))
        throw DataError(fmt::format("{}{}: its label is {}, but the file has {} classes", path_, names_[i], labels_[i], classes.size()));
    chosen_ = limited(labels_.size(), limit);
    std::vector<int> labels;
    for (const size_t i : chosen_) labels.push_back(classes[static_cast<size_t>(labels_[i])]);
    labels_ = {};
    return labels;
  }

 private:
  void read_from_file(size_t place, std::vector<uint8_t>& bytes) const {
    try {
      images_->read(place, bytes);
    } catch (const Hdf5Error& error) {
      throw DataError(fmt::format("{}{}: {} (the packed file is damaged)", path_, names_[place], error.what()));
    }
  }

  /// Before memory is taken for them.
  static void check_sizes(const PackedFile& file, const std::string& split) {
    const auto size = [&](const char* list) { return file.size(split + list); };
    const int64_t images = size("/ends"), labels = size("/labels"), names = size("/names"), checksums = size("/checksums");
    if (labels != images || names != images || checksums != images)
      file.fail(fmt::format("split '{}': {} images, {} labels, {} names and {} checksums", split, images, labels, names, checksums));
  }

  std::string path_;
  std::unique_ptr<PackedFile> file_;
  std::unique_ptr<PackedSplit> images_;
  std::vector<std::string> names_, classes_;
  std::vector<int64_t> labels_;
  std::vector<uint32_t> checksums_;
  std::vector<size_t> chosen_;
};

/// Calls `open`; where HDF5 fails in it, a DataError that names the file.
template <typename Open>
auto open_packed(const fs::path& file, const Open& open) {
  try {
    return open();
  } catch (const Hdf5Error& error) {
    throw DataError(fmt::format("{}: {} (it is damaged)", file.string(), error.what()));
  }
}

}  // namespace

std::vector<std::string> packed_classes(const fs::path& file) {
  return open_packed(file, [&] {
    const auto lock = lock_hdf5();
    try_unsealed_file(file);
    return PackedFile(file).texts("classes");
  });
}

ImageSet read_packed_images(const DatasetCard& card, const fs::path& file, const std::string& split, int64_t limit) {
  auto images = open_packed(file, [&] { return std::make_shared<PackedImages>(file, split); });
  ImageSet set;
  set.channels = card.channels;
  set.targets = std::make_shared<ClassLabels>(images->choose(card.class_folders, limit), card.classes);
  if (set.size() == 0) throw DataError(fmt::format("{}: the split '{}' has no image", file.string(), split));
  set.encoded = std::move(images);
  return set;
}

}  // namespace tnn
