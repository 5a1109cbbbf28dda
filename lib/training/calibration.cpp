#include "training/calibration.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/zeros_like.h>
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

/// The mean of the processes' statistics of these points, each weighted by its batches.
void average_points(const Network& network, const SharedGroup& group, const std::vector<int>& points, int64_t own_batches) {
  if (!group) return;
  const double all = group->sum(std::vector<double>{static_cast<double>(own_batches)}).front();
  if (all == 0) return;
  for (const auto& entry : network.parameters().entries()) {
    if (!entry.per_point || !is_statistic(entry.role)) continue;
    for (const int point : points) {
      const at::Tensor row = entry.tensor.detach().select(0, point);
      const at::Tensor part = own_batches > 0 ? row * (static_cast<double>(own_batches) / all) : at::zeros_like(row);
      group->sum(part);
      row.copy_(part);
    }
  }
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
  int64_t own = 0;  // whole batches are dealt out: the statistics of each are those of one process
  loader.start_epoch(0);
  for (int64_t i = 0; loader.next(batch); ++i) {
    stop_if_agreed(data.group);
    if (data.group && i % data.group->size() != data.group->rank()) continue;
    const InputBatch input = to_tensors(batch, network.device());
    for (const int point : points) {
      if (!data.group) stop_if_interrupted();
      network.forward(input.inputs, network.at_point(point), {Phase::calibrate, 0, own});
    }
    ++own;
  }
  average_points(network, data.group, points, own);
}

}  // namespace tnn
