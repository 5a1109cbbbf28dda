#include "data/packed_images.h"

#include <fmt/format.h>

#include "core/error.h"
#include "data/class_labels.h"
#include "data/packed_samples.h"
#include "data/packed_trial.h"
#include "formats/hdf5/hdf5_library.h"

namespace tnn {
namespace fs = std::filesystem;
namespace {

class PackedImages : public EncodedImages {
 public:
  PackedImages(const fs::path& path, const std::string& split) : samples_(path, split, PackedSamples::Kind::images) {}
  std::string name(size_t index) const override { return samples_.name(index); }
  std::string name_in_class(size_t index) const override {
    const std::string& name = samples_.packed_name(index);
    return name.substr(name.find('/') + 1);  // npos + 1 is 0
  }
  void read(size_t index, std::vector<uint8_t>& bytes) const override { samples_.read(index, 0, bytes); }
  std::vector<int> choose(const std::vector<std::string>& classes, int64_t limit) { return samples_.choose(classes, limit); }

 private:
  PackedSamples samples_;
};

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
