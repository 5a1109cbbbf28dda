#include "runtime/lowering/passes.h"
#include "runtime/lowering/rewriting.h"

namespace tnn {
namespace {

/// What a concatenation or a flatten stands for, in terms of what it reads.
Operand viewed(const Plan& plan, const Step& step) {
  Operand all;
  for (const Operand& input : step.inputs) all.insert(all.end(), input.begin(), input.end());
  if (std::holds_alternative<Flatten>(step.operation))
    for (Segment& segment : all) segment.flattened = true;
  return within(plan, std::move(all), step.branches);
}

}  // namespace

void read_views(Plan& plan) {
  for (size_t i = 0; i < plan.steps.size(); ++i) {
    Step& step = plan.steps[i];
    if (!std::holds_alternative<Concat>(step.operation) && !std::holds_alternative<Flatten>(step.operation)) continue;
    substitute(plan, step.output, viewed(plan, step));
    step.output = kNone;
  }
  drop_merged(plan);
}

}  // namespace tnn
