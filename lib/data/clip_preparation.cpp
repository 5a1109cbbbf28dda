#include "data/clip_preparation.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/error.h"
#include "core/random_stream.h"

namespace tnn {
namespace {

constexpr int kMostFrames = 1 << 12;
constexpr size_t kChannels = 3;
constexpr uint64_t kStart = 1;  ///< what tells the stream of the first frame from that of the frames' preparation

size_t checked_frames(int frames) {
  if (frames < 1 || frames > kMostFrames) throw UsageError(fmt::format("frames {} of a clip: allowed from 1 to {}", frames, kMostFrames));
  return static_cast<size_t>(frames);
}

}  // namespace

ClipPreparation::ClipPreparation(AugmentationOptions options, uint64_t seed)
    : frames_(checked_frames(options.frames)),
      augment_(options.augment),
      seed_(seed),
      times_(options.decoding.times),
      preparation_(std::move(options), seed) {}

std::vector<int64_t> ClipPreparation::shape() const {
  const ImageExtent output = preparation_.output();
  return {static_cast<int64_t>(kChannels), static_cast<int64_t>(frames_), output.height, output.width};
}

size_t ClipPreparation::plane() const {
  const ImageExtent output = preparation_.output();
  return static_cast<size_t>(output.height) * static_cast<size_t>(output.width);
}

size_t ClipPreparation::start(size_t of, uint64_t epoch, uint64_t sample) const {
  if (of <= frames_) return 0;
  if (!augment_) return (of - frames_) / 2;
  return RandomStream(seed_, RandomPurpose::augmentation, {epoch, sample, kStart}).below(of - frames_ + 1);
}

Geometry ClipPreparation::prepare(const OpenClip& clip, size_t frame, uint64_t epoch, uint64_t sample, float* out, bool channels_last) const
    try {
  thread_local std::vector<uint8_t> bytes;
  {
    const TimedPart timed(times_ ? &times_->reading : nullptr);
    clip.read(frame, bytes);
  }
  return preparation_.apply(bytes, epoch, sample, out, channels_last);  // frames of one size: the same draws, the same geometry
} catch (const DamagedImage& damage) {
  throw DamagedImage(fmt::format("frame {}: {}", clip.frame_name(frame), damage.what()));
}

void ClipPreparation::place(const float* frame, size_t position, float* out) const {
  for (size_t c = 0; c < kChannels; ++c) std::copy_n(frame + c * plane(), plane(), out + (c * frames_ + position) * plane());
}

Geometry ClipPreparation::apply(const OpenClip& clip, uint64_t epoch, uint64_t sample, float* out, bool channels_last) const {
  thread_local std::vector<float> planes;
  planes.resize(kChannels * plane());
  const size_t first = start(clip.frames(), epoch, sample), there = std::min(frames_, clip.frames() - first);
  Geometry geometry;
  for (size_t i = 0; i < there; ++i) {
    float* const to = channels_last ? out + i * planes.size() : planes.data();
    const Geometry found = prepare(clip, first + i, epoch, sample, to, channels_last);
    if (i == 0) geometry = found;
    if (found.source != geometry.source)
      throw DamagedImage(fmt::format("frame {} has {} x {} pixels, '{}' {} x {}", clip.frame_name(first + i), found.source.height,
                                     found.source.width, clip.frame_name(first), geometry.source.height, geometry.source.width));
    if (!channels_last) place(planes.data(), i, out);
  }
  for (size_t i = there; i < frames_; ++i) {
    if (channels_last)
      std::copy_n(out + (there - 1) * planes.size(), planes.size(), out + i * planes.size());
    else
      place(planes.data(), i, out);
  }
  return geometry;
}

}  // namespace tnn
