#pragma once

#include <vector>

#include "network/network.h"
#include "tasks/task.h"
#include "training/training_data.h"

namespace tnn {

/// How many samples are evaluated at a time: `asked`, or where that is 0 up to 500, as many as keep the activations of the full network
/// within 512 MiB.
int64_t evaluation_batch(const Graph& graph, int64_t asked);

/// The task's headline metric on the validation part for each execution of a network; samples are decoded once for all. Interrupted at a
/// request to stop.
std::vector<double> validate(const Network& network, const Task& task, const TrainingData& data, const std::vector<Execution>& executions,
                             int64_t batch_size);
/// The same, sliced at each utilization.
std::vector<double> validate(const Network& network, const Task& task, const TrainingData& data, const std::vector<double>& utilizations,
                             int64_t batch_size);

}  // namespace tnn
