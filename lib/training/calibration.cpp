#include "training/calibration.h"

#include <c10/core/GradMode.h>

#include <algorithm>

#include "core/interruption.h"
#include "core/random_stream.h"
#include "network/input_batch.h"
#include "training/validation.h"

namespace tnn {
namespace {

constexpr int64_t kSmallestBatch = 64;  // large enough that a batch's variance is a fair estimate

std::vector<uint32_t> calibration_images(const TrainingData& data, int64_t images, uint64_t seed) {
  std::vector<uint32_t> chosen = data.train;
  RandomStream random(seed, RandomPurpose::calibration);
  random.shuffle(chosen);
  chosen.resize(std::min(chosen.size(), static_cast<size_t>(images)));
  return chosen;
}

}  // namespace

void calibrate_batch_norm(Network& network, const TrainingData& data, const std::vector<int>& points, int64_t images, uint64_t seed) {
  if (network.description().batch_norm != BatchNormMode::recalibrated || points.empty()) return;
  c10::NoGradGuard no_grad;
  const auto chosen = calibration_images(data, images, seed);
  LoaderOptions options;
  const auto count = static_cast<int64_t>(chosen.size());
  const int64_t largest = std::max(kSmallestBatch, evaluation_batch(network.graph(), 0)), batches = (count + largest - 1) / largest;
  options.batch_size = count / batches;  // equal ones: fewer images than batches are left
  options.channels_last = network.channels_last();
  options.drop_last = true;  // a last small batch would weigh as much as a full one
  options.workers = data.workers;
  options.augmentation = data.plain();
  Loader loader(data.images, chosen, options);
  Batch batch;
  loader.start_epoch(0);
  for (int64_t i = 0; loader.next(batch); ++i) {
    const InputBatch input = to_tensors(batch, network.device());
    for (const int point : points) {
      stop_if_interrupted();
      network.forward(input.inputs, network.at_point(point), {Phase::calibrate, 0, i});
    }
  }
}

}  // namespace tnn
