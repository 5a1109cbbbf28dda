#pragma once

#include <cstdint>
#include <vector>

#include "core/progress.h"
#include "data/image_set.h"

namespace tnn {

/// Mean and standard deviation of pixels, one a channel, as fractions of 255: what images are normalised by. The deviation is that of the
/// whole (divided by the count).
struct PixelStatistics {
  std::vector<double> mean, std;
};

/// Adds up images in memory, each pixel once.
class PixelSums {
 public:
  void add(const ImageSet& set);
  /// At least one image was added.
  PixelStatistics statistics() const;

 private:
  struct Channel {
    uint64_t sum = 0, squares = 0;
  };
  std::vector<Channel> channels_;
  uint64_t pixels_ = 0;  ///< of a channel
};

/// Of encoded images: `limit` of them, evenly spread over the set (see limited()), decoded whole. Each image counts the same, whatever its
/// size: mean and mean square are taken within an image, then over the images. The same images give the same figures. Damaged ones are
/// left out and in the set's damage(); DataError where all are. Interrupted between images; `progress` counts them.
PixelStatistics decoded_statistics(const ImageSet& set, int64_t limit, Progress& progress);

}  // namespace tnn
