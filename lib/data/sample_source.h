#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "data/augmentation.h"
#include "data/geometry.h"
#include "data/image_set.h"

namespace tnn {

/// How a loader's samples become inputs of the network.
struct SampleOptions {
  uint64_t seed = 0;
  bool channels_last = false;  ///< in memory the channels are innermost
  AugmentationOptions augmentation;
};

/// Where the inputs of a loader come from: writes one sample at a time, prepared for the network. What is random depends on
/// (seed, epoch, sample) alone. Safe from several threads.
class SampleSource {
 public:
  SampleSource() = default;
  virtual ~SampleSource() = default;
  SampleSource(const SampleSource&) = delete;
  SampleSource& operator=(const SampleSource&) = delete;

  /// Of one input: [C, H, W] of images, [C, T, H, W] of clips, whatever the order in memory.
  virtual std::vector<int64_t> shape() const = 0;
  /// Writes the input of the sample at `position` of the loader's list; says what became of its image. Nothing where the sample is damaged
  /// and is to be left out. DataError where it cannot be read, or is damaged and is not to be.
  virtual std::optional<Geometry> write(size_t position, uint64_t epoch, float* out) const = 0;
};

/// The source of the samples `indices` of a set, by what the set holds. UsageError where the augmentation does not fit.
std::unique_ptr<SampleSource> make_sample_source(std::shared_ptr<const ImageSet> set, std::vector<uint32_t> indices, SampleOptions options);

}  // namespace tnn
