#include "runtime/prefix/numbering.h"

#include <algorithm>

namespace tnn::prefix {
namespace {

using kernels::ImageLayout;

/// Widens both to the larger halo; true where something changed.
bool equalize(ImageLayout& a, ImageLayout& b) {
  const ImageLayout before_a = a, before_b = b;
  for (size_t d = 0; d < a.dimensions(); ++d) {
    a.low_halo[d] = b.low_halo[d] = std::max(a.low_halo[d], b.low_halo[d]);
    a.high_halo[d] = b.high_halo[d] = std::max(a.high_halo[d], b.high_halo[d]);
  }
  return !(a == before_a && b == before_b);
}

bool equalize(std::vector<ImageLayout>& numbering, const Operand& operand) {
  bool changed = false;
  ImageLayout& first = numbering[static_cast<size_t>(operand.front().value)];
  for (const Segment& segment : operand) {
    ImageLayout& other = numbering[static_cast<size_t>(segment.value)];
    if (&other != &first && other.extent == first.extent) changed = equalize(first, other) || changed;
  }
  return changed;
}

Operand members(const PlanarRegions& regions, int region) {
  Operand values;
  for (size_t v = 0; v < regions.of_value.size(); ++v)
    if (regions.of_value[v] == region) values.push_back({static_cast<ValueId>(v), false, {}});
  return values;
}

/// The window of a step that reads pixels outside the image, as zeros; none where a step reads those inside alone.
const Window* window_over_halo(const Step& step) {
  return std::visit(
      Match{[](const Convolution& c) { return &c.window; },
            [](const OneOf<Linear, BatchNorm, LayerNorm, Activation, Pool, GlobalPool, Add, ChannelShuffle, ChannelPad, Upsample> auto&) {
              return static_cast<const Window*>(nullptr);
            },
            [&](const LoweredAway auto& gone) -> const Window* { refuse_kind("the prefix engine", step.name, gone); }},
      step.operation);
}

}  // namespace

std::vector<ImageLayout> number_pixels(const Plan& plan, const PlanarRegions& regions) {
  std::vector<ImageLayout> numbering;
  for (const Value& value : plan.values) numbering.push_back(ImageLayout::dense(value.extent()));
  for (const Step& step : plan.steps) {
    const Window* const window = window_over_halo(step);
    if (!window) continue;
    for (const Segment& segment : step.inputs.front())
      numbering[static_cast<size_t>(segment.value)].widen_for(*window, plan.value(step.output).extent());
  }
  for (bool changed = true; changed;) {
    changed = false;
    for (const Step& step : plan.steps)
      for (const Operand& input : step.inputs) changed = equalize(numbering, input) || changed;
    for (int region = 0; region < regions.count; ++region) changed = equalize(numbering, members(regions, region)) || changed;
  }
  return numbering;
}

bool numbered_alike(const std::vector<ImageLayout>& numbering, const Operand& operand) {
  const ImageLayout& first = numbering[static_cast<size_t>(operand.front().value)];
  return std::all_of(operand.begin(), operand.end(), [&](const Segment& segment) {
    return segment.flattened == operand.front().flattened && numbering[static_cast<size_t>(segment.value)] == first;
  });
}

}  // namespace tnn::prefix
