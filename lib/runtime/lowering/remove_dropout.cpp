#include "runtime/lowering/passes.h"
#include "runtime/lowering/rewriting.h"

namespace tnn {

void remove_dropout(Plan& plan) {
  for (size_t i = 0; i < plan.steps.size(); ++i) {
    Step& step = plan.steps[i];
    if (!std::holds_alternative<Dropout>(step.operation)) continue;
    substitute(plan, step.output, within(plan, step.inputs.front(), step.branches));
    step.output = kNone;
  }
  drop_merged(plan);
}

}  // namespace tnn
