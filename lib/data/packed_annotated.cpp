#include "data/packed_annotated.h"

#include <fmt/format.h>

#include "core/error.h"
#include "data/annotated_images.h"
#include "data/box_targets.h"
#include "data/class_numbers.h"
#include "data/packed_annotations.h"
#include "data/packed_samples.h"
#include "formats/hdf5/hdf5_library.h"

namespace tnn {
namespace fs = std::filesystem;
namespace {

class PackedAnnotated : public EncodedImages {
 public:
  PackedAnnotated(const fs::path& path, const std::string& split) : samples_(path, split, PackedSamples::Kind::boxes) {}
  std::string name(size_t index) const override { return samples_.name(index); }
  std::string name_in_class(size_t index) const override { return samples_.packed_name(index); }
  void read(size_t index, std::vector<uint8_t>& bytes) const override { samples_.read(index, 0, bytes); }
  std::vector<int> choose(const std::vector<std::string>& classes, int64_t limit) {
    samples_.choose_evenly(limit);
    return samples_.class_numbers(classes);
  }

 private:
  PackedSamples samples_;
};

AnnotatedImages annotations_in(const fs::path& path, const std::string& split) {
  const auto lock = lock_hdf5();
  const PackedFile file(path);
  return read_packed_annotations(file, split);
}

}  // namespace

ImageSet read_packed_annotated(const DatasetCard& card, const fs::path& file, const std::string& split, int64_t limit) {
  auto images = open_packed(file, [&] { return std::make_shared<PackedAnnotated>(file, split); });
  const std::vector<int> numbers = images->choose(card.class_folders, limit);
  AnnotatedImages annotations = open_packed(file, [&] { return annotations_in(file, split); });
  renumber_classes(numbers, card.classes, annotations);
  ImageSet set;
  set.channels = card.channels;
  set.targets = std::make_shared<BoxTargets>(limited_images(std::move(annotations), limit));
  if (set.size() == 0) throw DataError(fmt::format("{}: the split '{}' has no image", file.string(), split));
  set.encoded = std::move(images);
  return set;
}

}  // namespace tnn
