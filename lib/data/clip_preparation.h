#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "data/encoded_clips.h"
#include "data/image_preparation.h"

namespace tnn {

/// Turns the frames of a clip into the network's input of 3 x frames x image_size normalised floats: consecutive frames, each prepared as
/// ImagePreparation prepares images, with one crop, flip, change of colours and blank square for all. Augmented, the first frame is drawn;
/// else the frames are those in the middle. A clip that is shorter is taken from its first frame on, and its last one repeats. What is
/// random depends on (seed, epoch, sample) alone.
class ClipPreparation {
 public:
  /// UsageError where options.frames is not in [1, 4096], or as of ImagePreparation.
  ClipPreparation(AugmentationOptions options, uint64_t seed);

  /// [3, frames, height, width].
  std::vector<int64_t> shape() const;
  /// The first frame of a clip of so many, in [0, max(0, of - frames)].
  size_t start(size_t of, uint64_t epoch, uint64_t sample) const;

  /// Writes the values, (C, T, H, W) or, channels last, (T, H, W, C); says what became of each frame. DamagedImage, with the frame, where
  /// one is damaged or has another size than those before it. Safe from several threads.
  Geometry apply(const OpenClip& clip, uint64_t epoch, uint64_t sample, float* out, bool channels_last = false) const;

 private:
  Geometry prepare(const OpenClip& clip, size_t frame, uint64_t epoch, uint64_t sample, float* out, bool channels_last) const;
  void place(const float* frame, size_t position, float* out) const;
  size_t plane() const;

  size_t frames_;
  bool augment_;
  uint64_t seed_;
  std::shared_ptr<LoadingTimes> times_;
  ImagePreparation preparation_;
};

}  // namespace tnn
