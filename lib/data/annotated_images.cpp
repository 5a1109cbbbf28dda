#include "data/annotated_images.h"

#include <fmt/format.h>

#include <system_error>

#include "data/annotated_folder.h"
#include "data/box_targets.h"
#include "data/file_bytes.h"
#include "data/image_decoder.h"
#include "data/image_folder.h"

namespace tnn {
namespace fs = std::filesystem;
namespace {

constexpr int kChannels = 3;

bool has_size(const AnnotatedImage& image) { return image.width > 0 && image.height > 0; }

/// Whether nothing of a box can be shown, as far as the annotation says.
bool is_lost(const AnnotatedImage& image, const Box& box) {
  const Box inside = has_size(image) ? clipped(box, image.width, image.height) : box;
  return inside.area() == 0;
}

LeftOut lost_boxes(const AnnotatedImages& annotations, const fs::path& folder) {
  LeftOut lost(folder.string());
  for (const AnnotatedImage& image : annotations.images)
    for (const AnnotatedObject& object : image.objects)
      if (is_lost(image, object.box)) lost.add("boxes without a part in their image", image.file);
  return lost;
}

/// Files in one folder, each with the size that it should have.
class AnnotatedFiles : public EncodedImages {
 public:
  AnnotatedFiles(fs::path folder, std::shared_ptr<const BoxTargets> targets, LeftOut left_out)
      : folder_(std::move(folder)), targets_(std::move(targets)) {
    left_out_ = std::move(left_out);
  }
  std::string name(size_t index) const override { return path(index).string(); }
  std::string name_in_class(size_t index) const override { return image(index).file; }

  void read(size_t index, std::vector<uint8_t>& bytes) const override {
    std::error_code ignored;
    if (!fs::exists(path(index), ignored)) throw DamagedImage("there is an annotation, but no such file");
    read_file_bytes(path(index), bytes);
    const ImageExtent extent = open_image(bytes)->extent();
    const AnnotatedImage& expected = image(index);
    if (has_size(expected) && extent != ImageExtent{expected.height, expected.width})
      throw DamagedImage(fmt::format("{} x {} pixels (width x height), but {} x {} by its annotation", extent.width, extent.height,
                                     expected.width, expected.height));
  }

 private:
  const AnnotatedImage& image(size_t index) const { return targets_->annotations().images.at(index); }
  fs::path path(size_t index) const { return folder_ / image(index).file; }

  fs::path folder_;
  std::shared_ptr<const BoxTargets> targets_;
};

}  // namespace

AnnotatedImages limited_images(AnnotatedImages annotations, int64_t limit) {
  std::vector<AnnotatedImage> kept;
  for (const size_t i : limited(annotations.images.size(), limit)) kept.push_back(std::move(annotations.images[i]));
  annotations.images = std::move(kept);
  return annotations;
}

ImageSet annotated_set(AnnotatedImages annotations, const fs::path& images_folder) {
  LeftOut lost = lost_boxes(annotations, images_folder);
  const auto targets = std::make_shared<const BoxTargets>(std::move(annotations));
  ImageSet set;
  set.channels = kChannels;
  set.targets = targets;
  set.encoded = std::make_shared<AnnotatedFiles>(images_folder, targets, std::move(lost));
  return set;
}

ImageSet read_annotated_images(const DatasetCard& card, const fs::path& folder, const DatasetSplit& split, int64_t limit) {
  AnnotatedImages annotations = read_annotations(card, folder, split);
  return annotated_set(limited_images(std::move(annotations), limit), annotated_images_folder(card, folder, split).value());
}

}  // namespace tnn
