#include "training/width_losses.h"

#include <ATen/ops/sum.h>
#include <c10/core/GradMode.h>

#include <algorithm>

#include "conversion/point_table.h"
#include "core/interruption.h"
#include "core/random_stream.h"
#include "training/validation.h"

namespace tnn {
namespace {

std::vector<uint32_t> drawn(std::vector<uint32_t> of, int64_t count, uint64_t seed, uint64_t part) {
  RandomStream random(seed, RandomPurpose::calibration, {part});
  random.shuffle(of);
  of.resize(std::min(of.size(), static_cast<size_t>(count)));
  return of;
}

}  // namespace

/// Batches and the tensors that look at them.
struct WidthLosses::Samples {
  std::vector<std::unique_ptr<Batch>> batches;
  std::vector<InputBatch> statistics, validation;

  void load(std::vector<InputBatch>& into, const TrainingData& data, const std::vector<uint32_t>& indices, const Network& network,
            bool equal_batches) {
    const int64_t largest = evaluation_batch(network.graph(), 0), count = static_cast<int64_t>(indices.size());
    LoaderOptions options = data.in_order(largest, network.channels_last());
    if (equal_batches) {  // a last small batch would weigh as much as a full one
      options.batch_size = count / ((count + largest - 1) / largest);
      options.drop_last = true;
    }
    Loader loader(data.images, indices, options);
    loader.start_epoch(0);
    for (;;) {
      auto batch = std::make_unique<Batch>();
      if (!loader.next(*batch)) return;
      stop_if_interrupted();
      into.push_back(to_tensors(*batch, network.device()));
      batches.push_back(std::move(batch));
    }
  }
};

WidthLosses::WidthLosses(Network network, const Task& task, const TrainingData& data, const WidthSamples& samples, uint64_t seed)
    : network_(std::move(network)), task_(task), samples_(std::make_unique<Samples>()) {
  samples_->load(samples_->validation, data, drawn(data.validation, samples.validation, seed, 1), network_, false);
  if (network_.description().batch_norm == BatchNormMode::recalibrated)
    samples_->load(samples_->statistics, data, drawn(data.train, samples.statistics, seed, 2), network_, true);
}

WidthLosses::~WidthLosses() = default;
WidthLosses::WidthLosses(WidthLosses&&) noexcept = default;

std::vector<double> WidthLosses::measure(const std::vector<Widths>& widths) {
  c10::NoGradGuard no_grad;
  const bool shared = has_one_normalization(network_.description().batch_norm);
  std::vector<double> losses;
  for (const Widths& one : widths) {
    stop_if_interrupted();
    const Execution execution{first_groups(network_.graph(), one), {}, {shared ? -1 : 0}, {}};
    for (size_t i = 0; i < samples_->statistics.size(); ++i)
      network_.forward(samples_->statistics[i].inputs, execution, {Phase::calibrate, 0, static_cast<int64_t>(i)});
    double sum = 0;
    int64_t count = 0;
    for (const InputBatch& batch : samples_->validation) {
      sum += task_.loss_each(network_.forward(batch.inputs, execution, {}), batch.targets).sum().item<double>();
      count += batch.size();
    }
    losses.push_back(sum / static_cast<double>(count));
  }
  return losses;
}

}  // namespace tnn
