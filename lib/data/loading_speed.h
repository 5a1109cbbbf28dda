#pragma once

#include <memory>

#include "data/loader.h"

namespace tnn {

/// How fast a loader gives batches.
struct LoadingSpeed {
  int64_t images = 0;
  double seconds = 0;
  double images_per_second() const { return seconds > 0 ? static_cast<double>(images) / seconds : 0; }
};

/// Runs whole epochs until `seconds` have passed, after one that does not count (it starts threads and fills caches).
LoadingSpeed measure_loading(Loader& loader, double seconds);

}  // namespace tnn
