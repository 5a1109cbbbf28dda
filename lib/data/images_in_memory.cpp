#include "data/images_in_memory.h"

#include <utility>

namespace tnn {
namespace {

constexpr size_t kLargestResizedSet = size_t{1} << 30;  // bytes; larger sets are resized image by image

}  // namespace

ImagesInMemory::ImagesInMemory(std::shared_ptr<const ImageSet> set, std::vector<uint32_t> indices, SampleOptions options)
    : set_(std::move(set)),
      indices_(std::move(indices)),
      options_(std::move(options)),
      stored_{set_->height, set_->width},
      augmentation_(std::make_unique<Augmentation>(options_.augmentation, options_.seed, set_->channels, stored_)) {
  resize_up_front();
}

void ImagesInMemory::resize_up_front() {
  const ImageExtent target = augmentation_->output();
  const size_t bytes = static_cast<size_t>(set_->channels) * static_cast<size_t>(target.height) * static_cast<size_t>(target.width);
  if (target == stored_ || indices_.size() > kLargestResizedSet / bytes) return;
  resized_.resize(indices_.size() * bytes);
  for (size_t i = 0; i < indices_.size(); ++i)
    resize_planes(set_->image(indices_[i]), set_->channels, stored_, resized_.data() + i * bytes, target);
  augmentation_ = std::make_unique<Augmentation>(options_.augmentation, options_.seed, set_->channels, target);
}

std::vector<int64_t> ImagesInMemory::shape() const {
  const ImageExtent output = augmentation_->output();
  return {set_->channels, output.height, output.width};
}

const uint8_t* ImagesInMemory::image(size_t position) const {
  if (resized_.empty()) return set_->image(indices_[position]);
  return resized_.data() + position * (resized_.size() / indices_.size());
}

std::optional<Geometry> ImagesInMemory::write(size_t position, uint64_t epoch, float* out) const {
  const Geometry geometry = augmentation_->apply(image(position), epoch, indices_[position], out, options_.channels_last);
  return resized_.empty() ? geometry : geometry.after_resize(stored_);
}

}  // namespace tnn
