#include "graph/node_traits.h"
#include "runtime/lowering/passes.h"
#include "runtime/lowering/rewriting.h"

namespace tnn {

void fold_batch_norm(Plan& plan) {
  Producers producers(plan);
  for (Step& step : plan.steps) {
    if (!std::holds_alternative<BatchNorm>(step.operation)) continue;
    const int source = producers.only_source(step.inputs.front());
    if (source == kNone) continue;
    Step& layer = plan.steps[static_cast<size_t>(source)];
    if (!traits_of(layer.operation).is_weighted || layer.epilogue.residual || layer.epilogue.activation) continue;
    layer.epilogue.batch_norms.push_back(step.node);
    producers.merge(layer, source, step);
  }
  drop_merged(plan);
}

}  // namespace tnn
