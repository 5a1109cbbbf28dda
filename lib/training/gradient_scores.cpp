#include "training/gradient_scores.h"

#include <ATen/TensorOperators.h>
#include <c10/core/GradMode.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "core/interruption.h"
#include "network/input_batch.h"

namespace tnn {
namespace {

void drop_gradients(Network& network) {
  for (const auto& entry : network.parameters().trainable()) {
    at::Tensor parameter = entry.tensor;
    parameter.mutable_grad() = at::Tensor();
  }
}

WeightScores scores_of(const Network& network) {
  c10::NoGradGuard no_grad;
  WeightScores scores;
  for (const auto& entry : network.parameters().trainable()) {
    auto& numbers = scores[entry.name];
    if (!entry.tensor.grad().defined()) {
      numbers.assign(static_cast<size_t>(entry.tensor.numel()), 0.0f);
      continue;
    }
    const at::Tensor score = (entry.tensor * entry.tensor.grad()).abs().to(at::kCPU, at::kFloat).contiguous(at::MemoryFormat::Contiguous);
    const float* const begin = score.const_data_ptr<float>();
    numbers.assign(begin, begin + score.numel());
  }
  return scores;
}

}  // namespace

WeightScores gradient_scores(Network& network, const Task& task, Loader& loader, int64_t batches, Progress& progress) {
  batches = std::min(batches, loader.batches_per_epoch());
  drop_gradients(network);
  const Execution full = network.sliced(Configuration::full(network.graph()));
  progress.begin("importance of units", batches, "batches");
  Batch batch;
  loader.start_epoch(0);
  for (int64_t i = 0; i < batches && loader.next(batch); ++i) {
    stop_if_interrupted();
    const InputBatch input = to_tensors(batch, network.device());
    const at::Tensor loss = task.loss(network.forward(input.inputs, full, {}), input.targets, static_cast<uint64_t>(i));
    if (const double value = loss.item<double>(); !std::isfinite(value))
      throw DataError(fmt::format("the network's loss is {} on a batch of training samples: its units have no importance", value));
    loss.backward();
    progress.advance(i + 1, {});
  }
  progress.end();
  WeightScores scores = scores_of(network);
  drop_gradients(network);
  return scores;
}

}  // namespace tnn
