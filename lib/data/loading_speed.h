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

/// Takes batches, epoch after epoch, until `seconds` have passed, after a few that do not count (they start threads and fill buffers).
LoadingSpeed measure_loading(Loader& loader, double seconds);

}  // namespace tnn
