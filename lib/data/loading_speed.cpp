#include "data/loading_speed.h"

#include <chrono>

namespace tnn {
namespace {

double now() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

int64_t run_epoch(Loader& loader, int64_t epoch, Batch& batch) {
  int64_t images = 0;
  for (loader.start_epoch(epoch); loader.next(batch);) images += batch.size;
  return images;
}

}  // namespace

LoadingSpeed measure_loading(Loader& loader, double seconds) {
  Batch batch;
  run_epoch(loader, 0, batch);
  LoadingSpeed speed;
  const double start = now();
  for (int64_t epoch = 1; speed.seconds < seconds; ++epoch) {
    const int64_t images = run_epoch(loader, epoch, batch);
    if (images == 0) break;
    speed.images += images;
    speed.seconds = now() - start;
  }
  return speed;
}

}  // namespace tnn
