#include "runtime/prefix/output_pieces.h"

#include <algorithm>

#include "graph/node_traits.h"
#include "runtime/kernels/local_convolution.h"
#include "runtime/prefix/numbering.h"

namespace tnn::prefix {
namespace {

using kernels::kBlock;

/// The active channels of an operand, as ranges of it at full width.
ChannelRanges operand_ranges(const Plan& plan, const PlanPoint& point, const Operand& operand) {
  ChannelRanges ranges;
  int64_t first = 0;
  for (const Segment& segment : operand) {
    for (const ChannelRange& range : active_channels(point, segment)) {
      if (!ranges.empty() && ranges.back().end == first + range.begin)
        ranges.back().end = first + range.end;
      else
        ranges.push_back({first + range.begin, first + range.end});
    }
    first += plan.value(segment.value).channels;
  }
  return ranges;
}

bool is_prefix(const ChannelRanges& ranges) { return ranges.size() == 1 && ranges.front().begin == 0; }

}  // namespace

bool is_local(const Plan& plan, const Step& step, const Layer& layer) {
  const int64_t size = layer.inputs_per_group;
  if (layer.groups == 1 || !kernels::LocalWeights::has_kernel(size, layer.outputs_per_group)) return false;
  return std::all_of(plan.points.begin(), plan.points.end(), [&](const PlanPoint& point) {
    const ChannelRanges& outputs = point.channels[static_cast<size_t>(step.output)];
    const ChannelRanges inputs = operand_ranges(plan, point, step.inputs.front());
    const int64_t count = count_channels(outputs);
    if (inputs == outputs) return count % size == 0;
    return count == 0 || (is_prefix(inputs) && is_prefix(outputs) && count_channels(inputs) >= kernels::round_up(count, size));
  });
}

std::vector<OutputPiece> output_pieces(const Layer& layer, bool local, const ChannelRanges& outputs) {
  if (outputs.empty()) return {};
  if (local) return {{outputs, 0, 0, !is_prefix(outputs)}};
  const bool aligned = std::all_of(outputs.begin(), outputs.end(), [](const ChannelRange& range) { return range.begin % kBlock == 0; });
  if (layer.groups == 1 && !aligned) return {{outputs, 0, 0, true}};
  std::vector<OutputPiece> pieces;
  int64_t done = 0;
  for (const ChannelRange& range : outputs)
    for (int64_t begin = range.begin; begin < range.end;) {
      const int64_t group = begin / layer.outputs_per_group, first = group * layer.outputs_per_group;
      const int64_t end = std::min(range.end, first + layer.outputs_per_group);
      pieces.push_back({{{begin, end}}, done, group, (begin - first) % kBlock != 0});
      done += end - begin;
      begin = end;
    }
  return pieces;
}

int64_t weights_copied_for(const Plan& plan, int point) {
  const std::vector<kernels::ImageLayout> numbering = number_pixels(plan, find_planar_regions(plan));
  int64_t weights = 0;
  for (const Step& step : plan.steps) {
    if (!traits_of(step.operation).is_weighted) continue;
    const Layer layer = layer_of(plan, numbering, step);
    const ChannelRanges& active = plan.points[static_cast<size_t>(point)].channels[static_cast<size_t>(step.output)];
    for (const OutputPiece& piece : output_pieces(layer, is_local(plan, step, layer), active))
      if (piece.copied) weights += count_channels(piece.outputs) * layer.inputs_per_group * layer.taps();
  }
  return weights;
}

}  // namespace tnn::prefix
