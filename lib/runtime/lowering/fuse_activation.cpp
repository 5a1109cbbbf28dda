#include "runtime/lowering/passes.h"
#include "runtime/lowering/rewriting.h"

namespace tnn {
namespace {

bool has_epilogue(const Operation& operation) {
  return is_weighted(operation) || std::holds_alternative<BatchNorm>(operation) || std::holds_alternative<Add>(operation);
}

}  // namespace

void fuse_activation(Plan& plan) {
  Producers producers(plan);
  for (Step& step : plan.steps) {
    const auto* activation = std::get_if<Activation>(&step.operation);
    if (!activation) continue;
    const int source = producers.only_source(step.inputs.front());
    if (source == kNone) continue;
    Step& before = plan.steps[static_cast<size_t>(source)];
    if (!has_epilogue(before.operation) || before.epilogue.activation) continue;
    before.epilogue.activation = activation->kind;
    producers.merge(before, source, step);
  }
  drop_merged(plan);
}

}  // namespace tnn
