#include "runtime/prefix/layer_weights.h"

#include <algorithm>

namespace tnn::prefix {
namespace {

using kernels::kBlock;
using kernels::LocalWeights;
using kernels::PackedWeights;

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

LayerWeights::LayerWeights(const LoweredModel& model, const Step& step, Layer layer) : layer_(std::move(layer)) {
  const float* source = model.weights.weight(step.node);
  const int64_t outputs = layer_.outputs_per_group, inputs = layer_.inputs_per_group, taps = layer_.taps();
  if (can_be_local(model, step)) {
    local_ = std::make_unique<const LocalWeights>(source, layer_.groups * outputs, inputs, taps);
    bytes_ += static_cast<int64_t>(local_->bytes());
  } else {
    for (int64_t g = 0; g < layer_.groups; ++g) {
      groups_.emplace_back(source + g * outputs * inputs * taps, outputs, inputs, taps);
      bytes_ += static_cast<int64_t>(groups_.back().bytes());
    }
  }
  for (const PlanPoint& point : model.plan.points) {
    const ChannelRanges& active = point.channels[static_cast<size_t>(step.output)];
    points_.push_back(local_ ? local_at(source, active) : pieces_at(source, active));
    bytes_ += points_.back().copied_bytes;
  }
}

/// Whether each output's group lies at the same place among the active inputs, at every point.
bool LayerWeights::can_be_local(const LoweredModel& model, const Step& step) const {
  const int64_t size = layer_.inputs_per_group;
  if (layer_.groups == 1 || !LocalWeights::has_kernel(size, layer_.outputs_per_group)) return false;
  return std::all_of(model.plan.points.begin(), model.plan.points.end(), [&](const PlanPoint& point) {
    const ChannelRanges& outputs = point.channels[static_cast<size_t>(step.output)];
    const ChannelRanges inputs = operand_ranges(model.plan, point, step.inputs.front());
    const int64_t count = count_channels(outputs);
    if (inputs == outputs) return count % size == 0;
    return count == 0 || (is_prefix(inputs) && is_prefix(outputs) && count_channels(inputs) >= kernels::round_up(count, size));
  });
}

PointWeights LayerWeights::local_at(const float* source, const ChannelRanges& outputs) {
  PointWeights at{&*local_, {}, 0};
  if (outputs.empty() || is_prefix(outputs)) return at;
  const int64_t row = layer_.inputs_per_group * layer_.taps();
  std::vector<float> rows;
  for (const ChannelRange& range : outputs) rows.insert(rows.end(), source + range.begin * row, source + range.end * row);
  local_copies_.emplace_back(rows.data(), count_channels(outputs), layer_.inputs_per_group, layer_.taps());
  at.local = &local_copies_.back();
  at.copied_bytes = static_cast<int64_t>(at.local->bytes());
  return at;
}

PointWeights LayerWeights::pieces_at(const float* source, const ChannelRanges& outputs) {
  PointWeights at;
  const bool aligned = std::all_of(outputs.begin(), outputs.end(), [](const ChannelRange& range) { return range.begin % kBlock == 0; });
  if (layer_.groups == 1 && !aligned) {  // all rows of the point in one copy
    const int64_t row = layer_.inputs_per_group * layer_.taps();
    std::vector<float> rows;
    for (const ChannelRange& range : outputs) rows.insert(rows.end(), source + range.begin * row, source + range.end * row);
    copies_.emplace_back(rows.data(), count_channels(outputs), layer_.inputs_per_group, layer_.taps());
    at.pieces.push_back({&copies_.back(), 0, count_channels(outputs), 0, 0});
    at.copied_bytes = static_cast<int64_t>(copies_.back().bytes());
    return at;
  }
  int64_t done = 0;
  for (const ChannelRange& range : outputs)
    for (int64_t begin = range.begin; begin < range.end;) {
      const int64_t end = std::min(range.end, (begin / layer_.outputs_per_group + 1) * layer_.outputs_per_group);
      add_piece(source, {begin, end}, done, at);
      done += end - begin;
      begin = end;
    }
  return at;
}

void LayerWeights::add_piece(const float* source, ChannelRange outputs, int64_t output_channel, PointWeights& at) {
  const int64_t group = outputs.begin / layer_.outputs_per_group, first = outputs.begin - group * layer_.outputs_per_group;
  if (first % kBlock == 0) {
    at.pieces.push_back({&groups_[static_cast<size_t>(group)], first, outputs.size(), output_channel, group});
    return;
  }
  const int64_t row = layer_.inputs_per_group * layer_.taps();
  copies_.emplace_back(source + outputs.begin * row, outputs.size(), layer_.inputs_per_group, layer_.taps());
  at.copied_bytes += static_cast<int64_t>(copies_.back().bytes());
  at.pieces.push_back({&copies_.back(), 0, outputs.size(), output_channel, group});
}

}  // namespace tnn::prefix
