#pragma once

#include <memory>
#include <vector>

#include "distributed/agreement.h"
#include "tasks/task.h"

namespace tnn {

/// Makes each accumulator, which has seen this process's samples, that of all processes' samples: each counts once.
void share_metrics(const SharedGroup& group, std::vector<std::unique_ptr<MetricAccumulator>>& accumulators);

}  // namespace tnn
