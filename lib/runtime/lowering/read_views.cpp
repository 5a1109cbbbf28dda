#include <optional>

#include "runtime/lowering/passes.h"
#include "runtime/lowering/rewriting.h"

namespace tnn {
namespace {

/// What a step stands for that computes nothing, in terms of what it reads; none where it computes.
std::optional<Operand> viewed(const Plan& plan, const Step& step) {
  const auto side_by_side = [&](bool flattened) {
    Operand all;
    for (const Operand& input : step.inputs)
      for (Segment segment : input) {
        segment.flattened = segment.flattened || flattened;
        all.push_back(std::move(segment));
      }
    return std::optional(within(plan, std::move(all), step.branches));
  };
  return std::visit(Match{[&](const Concat&) { return side_by_side(false); }, [&](const Flatten&) { return side_by_side(true); },
                          [](const OneOf<Input, Convolution, Linear, BatchNorm, LayerNorm, Activation, Pool, GlobalPool, Add, Dropout,
                                         ChannelShuffle, ChannelPad, Upsample, RoiAlign> auto&) { return std::optional<Operand>(); }},
                    step.operation);
}

}  // namespace

void read_views(Plan& plan) {
  for (size_t i = 0; i < plan.steps.size(); ++i) {
    Step& step = plan.steps[i];
    const std::optional<Operand> view = viewed(plan, step);
    if (!view) continue;
    substitute(plan, step.output, *view);
    step.output = kNone;
  }
  drop_merged(plan);
}

}  // namespace tnn
