#pragma once

#include <vector>

#include "network/network.h"
#include "training/training_data.h"

namespace tnn {

/// Measures batch-norm statistics of operating points anew: plain training images (the same ones for every point, drawn by seed) run
/// forward, and the statistics of their batches are averaged into those of the point (universally slimmable networks, 3.3). Does nothing
/// for a network without per-point statistics. `points` are indices into the model's operating points; others keep theirs.
/// Interrupted at a request to stop: the statistics of `points` are then to be measured again.
void calibrate_batch_norm(Network& network, const TrainingData& data, const std::vector<int>& points, int64_t images, uint64_t seed);

}  // namespace tnn
