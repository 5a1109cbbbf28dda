#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "data/encoded_clips.h"
#include "data/encoded_images.h"
#include "data/target_set.h"

namespace tnn {

/// Images and what they should give: of one size and in memory, or `encoded`, of any size and decoded when they are needed; or `clips`, of
/// which the same is true. Invariant: there are as many targets as samples; pixels.size() == size() * image_bytes(), where `encoded` or
/// `clips` is set both are 0.
struct ImageSet {
  int channels = 0, height = 0, width = 0;
  std::vector<uint8_t> pixels;                   ///< N x C x H x W, planar, 0 to 255
  std::shared_ptr<const EncodedImages> encoded;  ///< size() images of three channels; null: the pixels are here
  std::shared_ptr<const EncodedClips> clips;     ///< size() clips in place of images, of frames with three channels
  std::shared_ptr<const TargetSet> targets;      ///< null while the images are read

  /// What is decoded when it is needed; null where the pixels are here.
  const EncodedSamples* samples() const { return clips ? static_cast<const EncodedSamples*>(clips.get()) : encoded.get(); }
  int64_t size() const { return targets ? targets->size() : 0; }
  size_t image_bytes() const { return static_cast<size_t>(channels) * static_cast<size_t>(height) * static_cast<size_t>(width); }
  /// The C x H x W planes of one image, index in [0, size()).
  const uint8_t* image(size_t index) const { return pixels.data() + index * image_bytes(); }
};

}  // namespace tnn
