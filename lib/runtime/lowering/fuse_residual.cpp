#include "graph/node_traits.h"
#include "runtime/lowering/passes.h"
#include "runtime/lowering/rewriting.h"

namespace tnn {
namespace {

/// Whether an operand of a sum is a weighted step's bare result, and what the other operand is made of is computed before that step.
bool can_take(const Plan& plan, const Producers& producers, const Operand& sum, const Operand& other) {
  const int source = producers.only_source(sum);
  if (source == kNone) return false;
  const Step& layer = plan.steps[static_cast<size_t>(source)];
  if (!traits_of(layer.operation).is_weighted || layer.epilogue.residual || layer.epilogue.activation) return false;
  for (const Segment& segment : other)
    if (producers.writer(segment.value) >= source) return false;
  return true;
}

}  // namespace

void fuse_residual(Plan& plan) {
  Producers producers(plan);
  for (Step& step : plan.steps) {
    if (!std::holds_alternative<Add>(step.operation) || step.inputs.size() != 2) continue;
    for (size_t i = 0; i < 2; ++i) {
      const Operand &sum = step.inputs[i], &other = step.inputs[1 - i];
      if (!can_take(plan, producers, sum, other)) continue;
      const int source = producers.only_source(sum);
      Step& layer = plan.steps[static_cast<size_t>(source)];
      layer.epilogue.residual = Residual{other, plan.value(sum.front().value).shape};
      producers.merge(layer, source, step);
      break;
    }
  }
  drop_merged(plan);
}

}  // namespace tnn
