#include "training/validation.h"

#include <c10/core/GradMode.h>

#include <algorithm>
#include <memory>

#include "core/interruption.h"
#include "cost/cost.h"
#include "distributed/shared_metrics.h"
#include "network/input_batch.h"

namespace tnn {
namespace {

constexpr int64_t kMostSamples = 500, kActivationBytes = int64_t{512} << 20;

}  // namespace

int64_t evaluation_batch(const Graph& graph, int64_t asked) {
  if (asked > 0) return asked;
  const int64_t bytes = std::max<int64_t>(1, peak_activation_bytes(graph, Configuration::full(graph)));
  return std::clamp<int64_t>(kActivationBytes / bytes, 1, kMostSamples);
}

std::vector<double> validate(const Network& network, const Task& task, const TrainingData& data, const std::vector<double>& utilizations,
                             int64_t batch_size) {
  std::vector<Execution> executions;
  for (const double u : utilizations) executions.push_back(network.at_point(point_at(network.description(), u)));
  return validate(network, task, data, executions, batch_size);
}

std::vector<double> validate(const Network& network, const Task& task, const TrainingData& data, const std::vector<Execution>& executions,
                             int64_t batch_size) {
  c10::NoGradGuard no_grad;
  Loader loader(data.images, data.validation, shared_loading(data.in_order(batch_size, network.channels_last()), data.group));
  std::vector<std::unique_ptr<MetricAccumulator>> accumulators;
  for (size_t i = 0; i < executions.size(); ++i) accumulators.push_back(task.make_accumulator());
  Batch batch;
  loader.start_epoch(0);
  while (loader.next(batch)) {
    stop_if_agreed(data.group);
    if (batch.size == 0) continue;
    const InputBatch input = to_tensors(batch, network.device());
    for (size_t i = 0; i < executions.size(); ++i) {
      if (!data.group) stop_if_interrupted();
      accumulators[i]->add(network.forward(input.inputs, executions[i], {}), input.targets);
    }
  }
  share_metrics(data.group, accumulators);
  std::vector<double> values;
  for (const auto& accumulator : accumulators) values.push_back(accumulator->values().front().value);
  return values;
}

}  // namespace tnn
