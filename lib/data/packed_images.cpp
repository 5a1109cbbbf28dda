#include "data/packed_images.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "core/error.h"
#include "data/image_folder.h"
#include "data/packed_file.h"

namespace tnn {
namespace fs = std::filesystem;
namespace {

/// A split that stays open. Everything of HDF5 happens under its lock.
class PackedImages : public EncodedImages {
 public:
  PackedImages(const fs::path& path, const std::string& split) : path_(path.string() + ":" + split + "/") {
    const std::lock_guard lock(hdf5_mutex());
    auto file = std::make_unique<PackedFile>(path);  // no member yet: where this throws, it is closed before the lock is let go
    if (!file->has(split)) throw DataError(fmt::format("{}: it has no split '{}'", path.string(), split));
    auto images = std::make_unique<PackedSplit>(*file, split);
    names_ = file->texts(split + "/names");
    labels_ = file->integers(split + "/labels");
    classes_ = file->texts("classes");
    file_ = std::move(file);
    images_ = std::move(images);
  }
  ~PackedImages() override {
    const std::lock_guard lock(hdf5_mutex());
    images_.reset();
    file_.reset();
  }

  std::string name(size_t index) const override { return path_ + names_.at(chosen_.at(index)); }
  void read(size_t index, std::vector<uint8_t>& bytes) const override {
    const std::lock_guard lock(hdf5_mutex());
    images_->read(static_cast<int64_t>(chosen_.at(index)), bytes);
  }

  /// Checks the lists against each other and keeps `limit` images; their labels.
  std::vector<int> choose(const std::vector<std::string>& known, int64_t limit) {
    if (images_->size() != static_cast<int64_t>(labels_.size()) || names_.size() != labels_.size())
      throw DataError(fmt::format("{}: {} images, {} labels and {} names", path_, images_->size(), labels_.size(), names_.size()));
    std::vector<int> classes;  // of the card
    for (const std::string& name : classes_) {
      const auto found = std::lower_bound(known.begin(), known.end(), name);
      if (found == known.end() || *found != name)
        throw DataError(fmt::format("{}: '{}' is none of the {} classes of the data set", path_, name, known.size()));
      classes.push_back(static_cast<int>(found - known.begin()));
    }
    chosen_ = limited(labels_.size(), limit);
    std::vector<int> labels;
    for (const size_t i : chosen_) {
      if (labels_[i] < 0 || labels_[i] >= static_cast<int64_t>(classes.size()))
        throw DataError(fmt::format("{}: image {} has the label {}: allowed from 0 to {}", path_, i, labels_[i], classes.size() - 1));
      labels.push_back(classes[static_cast<size_t>(labels_[i])]);
    }
    labels_ = {};
    return labels;
  }

 private:
  std::string path_;
  std::unique_ptr<PackedFile> file_;
  std::unique_ptr<PackedSplit> images_;
  std::vector<std::string> names_, classes_;
  std::vector<int64_t> labels_;
  std::vector<size_t> chosen_;
};

}  // namespace

std::vector<std::string> packed_classes(const fs::path& file) {
  const std::lock_guard lock(hdf5_mutex());
  return PackedFile(file).texts("classes");
}

ImageSet read_packed_images(const DatasetCard& card, const fs::path& file, const std::string& split, int64_t limit) {
  auto images = std::make_shared<PackedImages>(file, split);
  ImageSet set;
  set.channels = card.channels;
  set.class_names = card.classes;
  set.labels = images->choose(card.class_folders, limit);
  if (set.labels.empty()) throw DataError(fmt::format("{}: the split '{}' has no image", file.string(), split));
  set.encoded = std::move(images);
  return set;
}

}  // namespace tnn
