#include <algorithm>

#include "runtime/prefix/copy_steps.h"
#include "runtime/prefix/program_builder.h"

namespace tnn::prefix {

std::vector<PartPlace> ProgramBuilder::part_places(const Operand& operand) {
  std::vector<PartPlace> places;
  int64_t channel = 0;
  for (const Segment& segment : operand) {
    if (active_channels(point_, segment).empty()) continue;
    places.push_back({wide_place(segment.value), channel});
    channel += places.back().from.channels;
  }
  return places;
}

bool ProgramBuilder::has_flattened_map(const Operand& operand) const {
  return std::any_of(operand.begin(), operand.end(),
                     [&](const Segment& segment) { return segment.flattened && plan_.value(segment.value).shape.positions() > 1; });
}

WidePlace ProgramBuilder::as_one(const Operand& operand) {
  if (!has_flattened_map(operand)) {
    const std::vector<PartPlace> places = part_places(operand);
    if (places.size() == 1) return places.front().from;
  }
  return gather(operand);
}

std::vector<PartPlace> ProgramBuilder::parts_or_gathered(const Operand& operand) {
  if (has_flattened_map(operand)) return {{gather(operand), 0}};
  return part_places(operand);
}

WidePlace ProgramBuilder::gather(const Operand& operand) {
  const bool features = operand.front().flattened;
  const kernels::ImageLayout layout = features ? kernels::ImageLayout::dense({}) : numbering(operand.front().value);
  std::vector<GatherStep::Part> parts;
  int64_t channel = 0;
  for (const Segment& segment : operand) {
    if (active_channels(point_, segment).empty()) continue;
    const int64_t positions = features ? plan_.value(segment.value).shape.positions() : 0;
    parts.push_back({{wide_place(segment.value), channel}, positions});
    channel += parts.back().part.from.channels * std::max<int64_t>(1, positions);
  }
  const ValueLayout copy = wide_layout(layout, channel, images(), false);
  const Place place = in_scratch(copy.floats);
  const WidePlace to{place, copy.stride, channel, &maps_.interior(layout, images())};
  append(std::make_unique<GatherStep>(std::move(parts), to, layout.positions()));
  if (layout.has_halo()) program_.steps.back().halo = {place, copy.stride, 1, 0, copy.image_stride, &maps_.halo(layout, {})};
  return to;
}

std::vector<kernels::InputPart> ProgramBuilder::input_parts(const Operand& operand, const Layer& layer, int64_t group) {
  std::vector<kernels::InputPart> parts;
  const int64_t begin = group * layer.inputs_per_group, end = begin + layer.inputs_per_group;
  // Where the features of flattened maps are gathered, they lie one after another in scratch memory; else each value in its own.
  const bool gathered = layer.gathers_features;
  const bool in_bf16 = computes_in_bf16();
  WidePlace together = gathered ? gather(operand) : WidePlace{};
  if (gathered && in_bf16) together = rounded(together, kernels::ImageLayout::dense({}));
  int64_t first = 0, done = 0;
  for (const Segment& segment : operand) {
    const int64_t repeat = gathered && segment.flattened ? plan_.value(segment.value).shape.positions() : 1;
    const ValueLayout& from = layout(segment.value);
    if (!gathered) done = 0;
    for (const ChannelRange& range : active_channels(point_, segment)) {
      const int64_t low = std::max(first + range.begin * repeat, begin), high = std::min(first + range.end * repeat, end);
      if (low < high) {
        const int64_t at = done + low - (first + range.begin * repeat);
        const bool converted = from.bf16 && !in_bf16;
        const int64_t offset = (gathered ? together.place : converted ? shadow_of(segment.value) : place(segment.value)).offset;
        parts.push_back({offset * (in_bf16 ? 2 : 1) + at * (from.planar ? from.stride : 1),
                         gathered      ? together.stride
                         : from.planar ? 1
                                       : from.stride,
                         low - begin, high - low});
      }
      done += range.size() * repeat;
    }
    first += plan_.value(segment.value).channels * repeat;
  }
  return parts;
}

}  // namespace tnn::prefix
