#include "runtime/gpu/packed_weights.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <tuple>

#include "graph/node_traits.h"

namespace tnn::gpu {
namespace {

using Channels = std::vector<int64_t>;

Channels every_channel(const ChannelRanges& ranges) {
  Channels channels;
  for (const ChannelRange& range : ranges)
    for (int64_t c = range.begin; c < range.end; ++c) channels.push_back(c);
  return channels;
}

bool is_prefix(const Channels& channels) {
  for (size_t i = 0; i < channels.size(); ++i)
    if (channels[i] != static_cast<int64_t>(i)) return false;
  return true;
}

Channels first_channels(int64_t count) {
  Channels channels(static_cast<size_t>(count));
  std::iota(channels.begin(), channels.end(), int64_t{0});
  return channels;
}

int64_t taps_of(const Step& step) {
  int64_t taps = 1;
  if (const auto* convolution = std::get_if<Convolution>(&step.operation))
    for (const int64_t size : convolution->window.kernel) taps *= size;
  return taps;
}

class Packer {
 public:
  explicit Packer(const LoweredModel& model) : model_(model), plan_(model.plan) {}

  PackedWeights pack() {
    for (size_t point = 0; point < plan_.points.size(); ++point) {
      result_.points.emplace_back();
      for (size_t step = 0; step < plan_.steps.size(); ++step) result_.points.back().push_back(pack_step(point, step));
    }
    return std::move(result_);
  }

 private:
  StepWeights pack_step(size_t point, size_t index) {
    const Step& step = plan_.steps[index];
    const PlanPoint& at = plan_.points[point];
    StepWeights found;
    if (at.steps[index].mode != StepMode::run) return found;
    const Channels outputs = every_channel(at.channels[static_cast<size_t>(step.output)]);
    if (is_grouped(step))
      found = once(index, open_channels(plan_, at, step.inputs.front()), outputs, &Packer::pack_groups);
    else if (is_contraction(step))
      found = pack_contraction(at, index, outputs);
    if (traits_of(step.operation).has_affine) found.affine = pack_affine(step, static_cast<int>(point), outputs);
    return found;
  }

  StepWeights pack_contraction(const PlanPoint& at, size_t index, const Channels& outputs) {
    const Operand& operand = plan_.steps[index].inputs.front();
    const int64_t full = full_channels(plan_, operand);
    const bool shared = taps_of(plan_.steps[index]) == 1 && operand.size() == 1 && !operand.front().flattened && is_prefix(outputs) &&
                        is_prefix(open_channels(plan_, at, operand));
    if (!shared) return once(index, contraction_columns(plan_, at, operand), outputs, &Packer::pack_matrix);
    Channels columns = first_channels(full);
    columns.resize(static_cast<size_t>(padded(full)), -1);
    const int64_t before = result_.packed_per_point;
    const StepWeights found = once(index, columns, first_channels(plan_.value(plan_.steps[index].output).channels), &Packer::pack_matrix);
    result_.packed_once += result_.packed_per_point - before;
    result_.packed_per_point = before;
    return found;
  }

  /// Packs what was not packed yet.
  StepWeights once(size_t step, const Channels& inputs, const Channels& outputs,
                   StepWeights (Packer::*method)(const Step&, const Channels&, const Channels&)) {
    const auto key = std::make_tuple(step, inputs, outputs);
    const auto known = packed_.find(key);
    if (known != packed_.end()) return known->second;
    const auto before = result_.weights.size();
    const StepWeights made = (this->*method)(plan_.steps[step], inputs, outputs);
    result_.packed_per_point += static_cast<int64_t>(result_.weights.size() - before);
    return packed_[key] = made;
  }

  /// [outputs with padding][taps][columns]
  StepWeights pack_matrix(const Step& step, const Channels& columns, const Channels& outputs) {
    const int64_t taps = taps_of(step), inputs = full_channels(plan_, step.inputs.front());
    StepWeights made;
    made.offset = static_cast<int64_t>(result_.weights.size());
    made.row = taps * static_cast<int64_t>(columns.size());
    result_.weights.resize(result_.weights.size() + static_cast<size_t>(padded(static_cast<int64_t>(outputs.size())) * made.row));
    auto place = result_.weights.begin() + made.offset;
    const float* weight = model_.weights.weight(step.node);
    for (const int64_t o : outputs)
      for (int64_t tap = 0; tap < taps; ++tap)
        for (const int64_t i : columns) *place++ = i < 0 ? 0.0f : weight[(o * inputs + i) * taps + tap];
    return made;
  }

  StepWeights pack_groups(const Step& step, const Channels& inputs, const Channels& outputs) {
    const auto& convolution = std::get<Convolution>(step.operation);
    const int64_t taps = taps_of(step), per_group = full_channels(plan_, step.inputs.front()) / convolution.groups;
    const int64_t outputs_per_group = plan_.value(step.output).channels / convolution.groups;
    const float* weight = model_.weights.weight(step.node);
    StepWeights made;
    made.offset = static_cast<int64_t>(result_.group_rows.size());
    for (const int64_t o : outputs) {
      const int64_t begin = o / outputs_per_group * per_group;
      const auto first = std::lower_bound(inputs.begin(), inputs.end(), begin),
                 past = std::lower_bound(first, inputs.end(), begin + per_group);
      result_.group_rows.push_back({static_cast<int64_t>(result_.weights.size()), first - inputs.begin(), past - first});
      for (int64_t tap = 0; tap < taps; ++tap)
        for (auto i = first; i != past; ++i) result_.weights.push_back(weight[(o * per_group + *i - begin) * taps + tap]);
    }
    // What follows starts at a multiple of 16 bytes in every precision.
    result_.weights.resize(static_cast<size_t>(padded(static_cast<int64_t>(result_.weights.size()))));
    return made;
  }

  int64_t pack_affine(const Step& step, int point, const Channels& outputs) {
    const ChannelAffine full = channel_affine(model_, step, point);
    const auto first = static_cast<int64_t>(result_.affine.size());
    const int64_t stride = padded(static_cast<int64_t>(outputs.size()));
    result_.affine.resize(result_.affine.size() + static_cast<size_t>(2 * stride));
    auto place = result_.affine.begin() + first;
    for (const int64_t o : outputs) {
      place[stride] = full.shift[static_cast<size_t>(o)];
      *place++ = full.scale[static_cast<size_t>(o)];
    }
    return first;
  }

  const LoweredModel& model_;
  const Plan& plan_;
  PackedWeights result_;
  std::map<std::tuple<size_t, Channels, Channels>, StepWeights> packed_;
};

}  // namespace

PackedWeights pack_weights(const LoweredModel& model) { return Packer(model).pack(); }

std::vector<int64_t> open_channels(const Plan& plan, const PlanPoint& point, const Operand& operand) {
  Channels channels;
  int64_t first = 0;  // of the segment, at full width
  for (const Segment& segment : operand) {
    const int64_t repeat = segment.flattened ? plan.value(segment.value).shape.positions() : 1;
    for (const int64_t c : every_channel(active_channels(point, segment)))
      for (int64_t p = 0; p < repeat; ++p) channels.push_back(first + c * repeat + p);
    first += plan.value(segment.value).channels * repeat;
  }
  return channels;
}

bool is_one_value(const Operand& operand) { return operand.size() == 1; }

std::vector<int64_t> contraction_columns(const Plan& plan, const PlanPoint& point, const Operand& operand) {
  if (is_one_value(operand) && operand.front().flattened) {
    const Channels channels = every_channel(active_channels(point, operand.front()));
    const int64_t positions = plan.value(operand.front().value).shape.positions();
    const int64_t stride = padded(static_cast<int64_t>(channels.size()));
    Channels columns(static_cast<size_t>(positions * stride), -1);
    for (int64_t p = 0; p < positions; ++p)
      for (size_t c = 0; c < channels.size(); ++c) columns[static_cast<size_t>(p * stride) + c] = channels[c] * positions + p;
    return columns;
  }
  Channels columns = open_channels(plan, point, operand);
  columns.resize(static_cast<size_t>(padded(static_cast<int64_t>(columns.size()))), -1);
  return columns;
}

bool is_grouped(const Step& step) {
  const auto* convolution = std::get_if<Convolution>(&step.operation);
  return convolution && convolution->groups > 1;
}

bool is_contraction(const Step& step) {
  return std::holds_alternative<Linear>(step.operation) || (std::holds_alternative<Convolution>(step.operation) && !is_grouped(step));
}

}  // namespace tnn::gpu
