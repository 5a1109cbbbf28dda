#pragma once

#include <vector>

#include "network/network.h"
#include "training/training_data.h"

namespace tnn {

/// Top-1 accuracy (a fraction) of a network on the validation part, sliced at each utilization; images are decoded once for all.
/// Interrupted at a request to stop.
std::vector<double> validation_accuracy(const Network& network, const TrainingData& data, const std::vector<double>& utilizations,
                                        int64_t batch_size);
/// The same for executions of the network.
std::vector<double> execution_accuracy(const Network& network, const TrainingData& data, const std::vector<Execution>& executions,
                                       int64_t batch_size);

}  // namespace tnn
