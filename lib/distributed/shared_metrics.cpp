#include "distributed/shared_metrics.h"

namespace tnn {

void share_metrics(const SharedGroup& group, std::vector<std::unique_ptr<MetricAccumulator>>& accumulators) {
  if (!group) return;
  for (auto& accumulator : accumulators) accumulator->merge(group->gather(accumulator->collected()));
}

}  // namespace tnn
