#include "data/decoded_clips.h"

#include <fmt/format.h>

#include <utility>

#include "core/error.h"

namespace tnn {

DecodedClips::DecodedClips(std::shared_ptr<const ImageSet> set, std::vector<uint32_t> indices, SampleOptions options)
    : set_(std::move(set)),
      indices_(std::move(indices)),
      channels_last_(options.channels_last),
      damaged_(options.augmentation.decoding.damaged),
      times_(options.augmentation.decoding.times),
      preparation_(std::move(options.augmentation), options.seed) {}

Geometry DecodedClips::prepare(uint32_t index, uint64_t epoch, float* out) const {
  const TimedPart whole(times_ ? &times_->whole : nullptr);
  std::unique_ptr<const OpenClip> clip;
  {
    const TimedPart timed(times_ ? &times_->reading : nullptr);
    clip = set_->clips->open(index);
  }
  return preparation_.apply(*clip, epoch, index, out, channels_last_);
}

std::optional<Geometry> DecodedClips::write(size_t position, uint64_t epoch, float* out) const {
  const uint32_t index = indices_[position];
  try {
    return prepare(index, epoch, out);
  } catch (const DamagedImage& damage) {
    const std::string name = set_->clips->name(index);
    if (damaged_ == DamagePolicy::stop)
      throw DataError(fmt::format("{}: damaged: {} (data.damaged: skip goes on without such clips)", name, damage.what()));
    set_->clips->damage().add(name, damage.what());
    return std::nullopt;
  }
}

}  // namespace tnn
