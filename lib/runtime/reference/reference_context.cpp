#include "runtime/reference/reference_context.h"

#include <algorithm>

namespace tnn::reference {
namespace {

BufferRules buffer_rules(const Plan& plan) {
  const auto bytes = [&plan](ValueId value, int point) {
    if (value == 0) return int64_t{0};  // the caller's memory
    const int64_t channels = count_channels(plan.points[static_cast<size_t>(point)].channels[static_cast<size_t>(value)]);
    return channels * plan.value(value).shape.positions() * int64_t{sizeof(float)};
  };
  return {bytes, [](ValueId, ValueId, int) { return true; }};
}

}  // namespace

ReferenceContext::ReferenceContext(const LoweredModel& model, const AffineTable& affine, const ContextOptions& options)
    : model_(model),
      plan_(model.plan),
      affine_(affine),
      memory_(plan_memory(plan_, buffer_rules(plan_))),
      steps_before_outputs_(steps_before_outputs(plan_)) {
  int64_t widest = 0;
  for (const PlanOutput& output : plan_.outputs) widest = std::max(widest, full_channels(plan_, output.operand));
  size_t operands = 0;
  for (const Step& step : plan_.steps) {
    for_each_operand(step, [&](const Operand& operand) { widest = std::max(widest, full_channels(plan_, operand)); });
    widest = std::max(widest, plan_.value(step.output).channels);
    operands = std::max(operands, step.inputs.size());
  }
  check_memory(memory_.arena_bytes + widest * int64_t{sizeof(Plane)} * static_cast<int64_t>(3 + operands), options);
  arena_.resize(static_cast<size_t>(memory_.arena_bytes) / sizeof(float));
  const auto room = static_cast<size_t>(widest);
  inputs_.reserve(room);
  residual_.reserve(room);
  outputs_.reserve(room);
  addends_.resize(operands);
  int64_t positions = 0;
  for (const Step& step : plan_.steps)
    if (std::holds_alternative<LayerNorm>(step.operation)) positions = std::max(positions, plan_.value(step.output).shape.positions());
  statistics_.reserve(static_cast<size_t>(positions));
  for (const Step& step : plan_.steps)
    if (std::holds_alternative<Add>(step.operation))
      for (size_t i = 0; i < step.inputs.size(); ++i)
        addends_[i].reserve(std::max(addends_[i].capacity(), static_cast<size_t>(full_channels(plan_, step.inputs[i]))));
}

int64_t ReferenceContext::memory_bytes() const { return memory_.arena_bytes; }

void ReferenceContext::run(const float* input, int64_t batch, int point, OutputPointers outputs) {
  const int64_t input_numbers = plan_.values.front().channels * plan_.values.front().shape.positions();
  point_ = point;
  at_ = &plan_.points[static_cast<size_t>(point)];
  for (int64_t i = 0; i < batch; ++i) {
    input_ = input + i * input_numbers;
    write_outputs(0, i, outputs);
    for (size_t step = 0; step < plan_.steps.size(); ++step) {
      run_step(step);
      write_outputs(step + 1, i, outputs);
    }
  }
}

const float* ReferenceContext::place(ValueId value) const {
  return value == 0 ? input_ : arena_.data() + memory_.offset(point_, value) / static_cast<int64_t>(sizeof(float));
}

void ReferenceContext::gather(const Operand& operand, Planes& planes) const {
  planes.clear();
  int64_t first = 0;  // channel of the operand, at full width, where the segment starts
  for (const Segment& segment : operand) {
    const Value& value = plan_.value(segment.value);
    const int64_t positions = value.shape.positions();
    const ChannelRanges& active = active_channels(*at_, segment);
    const float* data = active.empty() ? nullptr : place(segment.value);
    for (const ChannelRange& range : active)
      for (int64_t c = range.begin; c < range.end; ++c, data += positions)
        if (segment.flattened)
          for (int64_t p = 0; p < positions; ++p) planes.push_back({data + p, first + c * positions + p});
        else
          planes.push_back({data, first + c});
    first += value.channels * (segment.flattened ? positions : 1);
  }
}

void ReferenceContext::gather_output(ValueId value) {
  outputs_.clear();
  const int64_t positions = plan_.value(value).shape.positions();
  float* data = arena_.data() + memory_.offset(point_, value) / static_cast<int64_t>(sizeof(float));
  for (const ChannelRange& range : at_->channels[static_cast<size_t>(value)])
    for (int64_t c = range.begin; c < range.end; ++c, data += positions) outputs_.push_back({data, c});
}

void ReferenceContext::write_outputs(size_t steps_done, int64_t image, const OutputPointers& outputs) {
  for (size_t k = 0; k < plan_.outputs.size(); ++k) {
    if (steps_before_outputs_[k] != steps_done || !outputs.at(k)) continue;
    const Operand& operand = plan_.outputs[k].operand;
    gather(operand, inputs_);
    const int64_t positions = grid_of(operand_extent(plan_, operand)).positions(), numbers = full_numbers(plan_, operand);
    float* const output = outputs.at(k) + image * numbers;
    std::fill(output, output + numbers, 0.0f);
    for (const Plane& plane : inputs_) std::copy(plane.data, plane.data + positions, output + plane.channel * positions);
  }
}

}  // namespace tnn::reference
