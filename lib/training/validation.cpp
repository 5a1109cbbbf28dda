#include "training/validation.h"

#include <c10/core/GradMode.h>

#include <algorithm>

#include "core/interruption.h"
#include "network/input_batch.h"
#include "objectives/classification.h"

namespace tnn {

std::vector<double> validation_accuracy(const Network& network, const TrainingData& data, const std::vector<double>& utilizations,
                                        int64_t batch_size) {
  std::vector<Execution> executions;
  for (const double u : utilizations) executions.push_back(network.sliced(network.configuration_at(u)));
  return execution_accuracy(network, data, executions, batch_size);
}

std::vector<double> execution_accuracy(const Network& network, const TrainingData& data, const std::vector<Execution>& executions,
                                       int64_t batch_size) {
  c10::NoGradGuard no_grad;
  LoaderOptions options;
  options.batch_size = batch_size;
  options.channels_last = network.channels_last();
  options.workers = data.workers;
  options.augmentation = data.plain();
  Loader loader(data.images, data.validation, options);
  std::vector<double> correct(executions.size(), 0.0);
  Batch batch;
  int64_t images = 0;
  loader.start_epoch(0);
  while (loader.next(batch)) {
    images += batch.size;
    const InputBatch input = to_tensors(batch, network.channels_last(), network.device());
    for (size_t i = 0; i < executions.size(); ++i) {
      stop_if_interrupted();
      correct[i] += static_cast<double>(count_top(network.first_output(input.images, executions[i], {}), input.labels, 1));
    }
  }
  for (double& c : correct) c /= static_cast<double>(std::max<int64_t>(1, images));
  return correct;
}

}  // namespace tnn
