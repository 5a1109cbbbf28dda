#include "data/loading_speed.h"

#include "core/stopwatch.h"

namespace tnn {
namespace {

constexpr int kWarmUpBatches = 8;  ///< not counted: they start threads and fill buffers

/// The next batch, of the epoch after `epoch` where that has ended; false where an epoch has no batch.
bool next_batch(Loader& loader, int64_t& epoch, Batch& batch) {
  if (loader.next(batch)) return true;
  loader.start_epoch(++epoch);
  return loader.next(batch);
}

}  // namespace

LoadingSpeed measure_loading(Loader& loader, double seconds) {
  Batch batch;
  int64_t epoch = -1;
  for (int i = 0; i < kWarmUpBatches; ++i) next_batch(loader, epoch, batch);
  LoadingSpeed speed;
  const Stopwatch watch;
  while (speed.seconds < seconds && next_batch(loader, epoch, batch)) {
    speed.images += batch.size;
    speed.seconds = watch.seconds();
  }
  return speed;
}

}  // namespace tnn
