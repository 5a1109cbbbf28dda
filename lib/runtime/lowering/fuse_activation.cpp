#include "graph/node_traits.h"
#include "runtime/lowering/passes.h"
#include "runtime/lowering/rewriting.h"

namespace tnn {

void fuse_activation(Plan& plan) {
  Producers producers(plan);
  for (Step& step : plan.steps) {
    const auto* activation = std::get_if<Activation>(&step.operation);
    if (!activation) continue;
    const int source = producers.only_source(step.inputs.front());
    if (source == kNone) continue;
    Step& before = plan.steps[static_cast<size_t>(source)];
    if (!traits_of(before.operation).takes_activation || before.epilogue.activation) continue;
    before.epilogue.activation = activation->kind;
    producers.merge(before, source, step);
  }
  drop_merged(plan);
}

}  // namespace tnn
