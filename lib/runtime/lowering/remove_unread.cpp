#include <algorithm>

#include "runtime/lowering/passes.h"
#include "runtime/lowering/rewriting.h"

namespace tnn {

void remove_unread(Plan& plan) {
  std::vector<bool> needed(plan.values.size());
  const auto need = [&](const Operand& operand) {
    for (const Segment& segment : operand) needed[static_cast<size_t>(segment.value)] = true;
  };
  needed.front() = true;  // the input stays, read or not
  for (const PlanOutput& output : plan.outputs) need(output.operand);
  for (auto step = plan.steps.rbegin(); step != plan.steps.rend(); ++step) {
    if (needed[static_cast<size_t>(step->output)])
      for_each_operand(*step, need);
    else
      step->output = kNone;
  }
  drop_merged(plan);

  std::vector<bool> written(plan.values.size());
  written.front() = true;
  for (const Step& step : plan.steps) written[static_cast<size_t>(step.output)] = true;
  std::vector<ValueId> renamed(plan.values.size(), kNone);
  std::vector<Value> kept;
  for (size_t v = 0; v < plan.values.size(); ++v) {
    if (!written[v]) continue;
    renamed[v] = static_cast<ValueId>(kept.size());
    kept.push_back(std::move(plan.values[v]));
  }
  const auto rename = [&](Operand& operand) {
    for (Segment& segment : operand) segment.value = renamed[static_cast<size_t>(segment.value)];
  };
  for (Step& step : plan.steps) {
    for_each_operand(step, rename);
    step.output = renamed[static_cast<size_t>(step.output)];
  }
  for (PlanOutput& output : plan.outputs) rename(output.operand);
  plan.values = std::move(kept);
}

}  // namespace tnn
