#include "data/decoded_images.h"

#include <fmt/format.h>

#include <utility>

#include "core/error.h"

namespace tnn {

DecodedImages::DecodedImages(std::shared_ptr<const ImageSet> set, std::vector<uint32_t> indices, SampleOptions options)
    : set_(std::move(set)),
      indices_(std::move(indices)),
      channels_last_(options.channels_last),
      damaged_(options.augmentation.decoding.damaged),
      preparation_(std::move(options.augmentation), options.seed) {}

std::vector<int64_t> DecodedImages::shape() const {
  const ImageExtent output = preparation_.output();
  return {set_->channels, output.height, output.width};
}

std::optional<Geometry> DecodedImages::write(size_t position, uint64_t epoch, float* out) const {
  thread_local std::vector<uint8_t> bytes;
  const uint32_t index = indices_[position];
  try {
    set_->encoded->read(index, bytes);
    return preparation_.apply(bytes, epoch, index, out, channels_last_);
  } catch (const DamagedImage& damage) {
    const std::string name = set_->encoded->name(index);
    if (damaged_ == DamagePolicy::stop)
      throw DataError(fmt::format("{}: damaged: {} (data.damaged: skip goes on without such images)", name, damage.what()));
    set_->encoded->damage().add(name, damage.what());
    return std::nullopt;
  }
}

}  // namespace tnn
