#include "pipelines/step_time.h"

#include <optional>

#include "core/stopwatch.h"
#include "data/loader.h"

namespace tnn {

StepTime measure_steps(const Network& network, const TrainingData& data, int64_t batch_size, StepCounts counts,
                       const std::function<void(const InputBatch& batch, int number)>& step) {
  LoaderOptions options;
  options.batch_size = batch_size;
  options.channels_last = network.channels_last();
  options.augmentation = data.augmentation;
  Loader loader(data.images, data.train, options);
  loader.start_epoch(0);
  Batch batch;
  Stopwatch watch;
  StepTime time;
  for (int number = -counts.warm_up; number < counts.timed && loader.next(batch); ++number) {
    if (number == 0) watch = {};
    step(to_tensors(batch, network.device()), number);
    if (number < 0) continue;
    time.steps = number + 1;
    time.seconds = watch.seconds() / time.steps;
  }
  return time;
}

}  // namespace tnn
