#include "runtime/prefix/precision_choice.h"

#include <algorithm>

namespace tnn::prefix {
namespace {

bool is_output(const Plan& plan, ValueId value) {
  return std::any_of(plan.outputs.begin(), plan.outputs.end(), [&](const PlanOutput& output) {
    return std::any_of(output.operand.begin(), output.operand.end(), [&](const Segment& segment) { return segment.value == value; });
  });
}

/// Whether at every operating point every part of a layer's input begins at an even channel of its group.
bool parts_begin_evenly(const Plan& plan, const Step& step, const Layer& layer) {
  return std::all_of(plan.points.begin(), plan.points.end(), [&](const PlanPoint& point) {
    int64_t first = 0;
    for (const Segment& segment : step.inputs.front()) {
      const int64_t repeat = layer.gathers_features && segment.flattened ? plan.value(segment.value).shape.positions() : 1;
      for (const ChannelRange& range : active_channels(point, segment))
        if ((first + range.begin * repeat) % 2 != 0) return false;
      first += plan.value(segment.value).channels * repeat;
    }
    return layer.groups == 1 || layer.inputs_per_group % 2 == 0;
  });
}

}  // namespace

void PrecisionChoice::use_bf16(const Plan& plan, size_t index, const Layer& layer) {
  const Step& step = plan.steps[index];
  if (is_output(plan, step.output) || !parts_begin_evenly(plan, step, layer)) return;
  const auto store = [this](const Operand& operand) {
    for (const Segment& segment : operand) bf16_values[static_cast<size_t>(segment.value)] = true;
  };
  bf16_steps[index] = true;
  if (!layer.gathers_features) store(step.inputs.front());
  if (step.epilogue.residual) store(step.epilogue.residual->operand);
  store({Segment{step.output, false, {}}});
}

}  // namespace tnn::prefix
