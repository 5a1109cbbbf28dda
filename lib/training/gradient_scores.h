#pragma once

#include "conversion/unit_importance.h"
#include "core/progress.h"
#include "data/loader.h"
#include "network/network.h"
#include "tasks/task.h"

namespace tnn {

/// REDS's score of each weight and bias: |w times the sum over mini-batches of dL/dw|, the gradients summed first. L is the mean loss of a
/// batch of the network as it is evaluated: by stored batch-norm statistics, without dropout, with every group open. `batches` of the
/// loader's first epoch, fewer where it has no more. Interrupted at a request to stop; DataError where a loss is not finite.
WeightScores gradient_scores(Network& network, const Task& task, Loader& loader, int64_t batches, Progress& progress);

}  // namespace tnn
