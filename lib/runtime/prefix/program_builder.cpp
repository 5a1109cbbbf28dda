#include "runtime/prefix/program_builder.h"

#include <algorithm>
#include <limits>

#include "runtime/prefix/copy_steps.h"

namespace tnn::prefix {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();

/// Of each output channel of a shuffle, the input channel. Their channels are always active.
std::vector<int32_t> shuffled_channels(const ChannelShuffle& shuffle, int64_t channels) {
  std::vector<int32_t> source;
  for (int64_t c = 0; c < channels; ++c)
    source.push_back(static_cast<int32_t>(c % shuffle.groups * (channels / shuffle.groups) + c / shuffle.groups));
  return source;
}

/// The same of a channel pad; -1: a channel of zeros.
std::vector<int32_t> padded_channels(const ChannelPad& pad, int64_t inputs, int64_t outputs) {
  std::vector<int32_t> source;
  for (int64_t c = 0; c < outputs; ++c)
    source.push_back(c >= pad.before && c < pad.before + inputs ? static_cast<int32_t>(c - pad.before) : -1);
  return source;
}

}  // namespace

ProgramBuilder::ProgramBuilder(const ModelParts& parts, const PointLayouts& layouts, const std::vector<int64_t>& offsets,
                               int64_t scratch_offset, const ContextOptions& context, int point, MapStore& maps)
    : parts_(parts),
      plan_(parts.plan()),
      point_(plan_.points[static_cast<size_t>(point)]),
      layouts_(layouts),
      offsets_(offsets),
      scratch_offset_(scratch_offset),
      batch_limit_(context.batch_limit),
      threads_(context.threads),
      point_index_(point),
      maps_(maps),
      steps_before_outputs_(steps_before_outputs(plan_)) {}

Program ProgramBuilder::build() {
  const size_t steps = plan_.steps.size();
  begin_step(0);
  load_input();
  store_shadow(0);
  for (step_ = 0; step_ < steps; ++step_) {
    if (step_ == layouts_.split && step_ > 0) program_.one_image_steps = program_.steps.size();
    if (step_ == 0) store_outputs(0);
    begin_step(plan_.steps[step_].output);
    add_step(step_);
    store_shadow(plan_.steps[step_].output);
    if (step_ + 1 < steps) store_outputs(step_ + 1);
  }
  store_outputs(steps);
  if (layouts_.split == steps) program_.one_image_steps = program_.steps.size();
  return std::move(program_);
}

void ProgramBuilder::begin_step(ValueId output) {
  scratch_ = 0;
  shadows_.clear();
  unwritten_ = output;
}

int64_t ProgramBuilder::images() const {
  const bool all_alone = layouts_.split == plan_.steps.size() && layouts_.split > 0;
  return step_ < layouts_.split || all_alone ? 1 : batch_limit_;
}

void ProgramBuilder::append(std::unique_ptr<KernelStep> kernel, ValueId written) {
  ProgramStep step{std::move(kernel), {}, step_};
  if (written != kNone && numbering(written).has_halo()) {
    const ValueLayout& to = layout(written);
    const bool in_bf16 = to.bf16 && !has_shadow(written);
    const int64_t elements = in_bf16 ? 2 : 1;  // in a float
    const Share own = step.kernel->writes_halo();
    step.halo = {to.bf16 && !in_bf16 ? shadow_of(written) : place(written),
                 (to.planar ? 1 : to.stride) / elements,
                 to.planar ? to.channels : 1,
                 to.planar ? to.stride : 0,
                 to.image_stride / elements,
                 &maps_.halo(numbering(written), own)};
  }
  program_.steps.push_back(std::move(step));
  if (written == unwritten_) unwritten_ = kNone;
}

void ProgramBuilder::append_sigmoid(const Step& step) {
  if (!limits(step).sigmoid) return;
  const WidePlace output = wide_place(step.output);
  append(std::make_unique<SigmoidStep>(output, output, numbering(step.output).positions()));
}

Place ProgramBuilder::place(ValueId value) const {
  const ValueLayout& at = layout(value);
  const bool shifted = at.images > 1 && images() == 1;
  return {offsets_[static_cast<size_t>(value)] / static_cast<int64_t>(sizeof(float)), shifted ? at.image_stride / (at.bf16 ? 2 : 1) : 0};
}

WidePlace ProgramBuilder::wide_place(ValueId value) {
  return {layout(value).bf16 ? shadow_of(value) : place(value), layout(value).stride, layout(value).channels,
          &maps_.interior(numbering(value), images())};
}

void ProgramBuilder::load_input() {
  if (offsets_.front() == kNone) return;
  const ValueLayout& to = layout(0);
  LoadInputStep::Options options;
  options.place = to.bf16 ? shadow_of(0) : place(0);
  options.planar = to.planar;
  options.channels = to.channels;
  options.stride = to.stride;
  options.image_stride = to.image_stride;
  options.pixels = &maps_.interior(numbering(0), 1);
  options.rows = &maps_.rows(numbering(0));
  append(std::make_unique<LoadInputStep>(options), 0);
}

void ProgramBuilder::add_step(size_t index) {
  const Step& step = plan_.steps[index];
  const StepAtPoint& at = point_.steps[index];
  if (at.mode == StepMode::skip) return;
  if (at.mode == StepMode::residual_only) return add_sum(step, {&step.epilogue.residual->operand});
  std::visit(
      Match{[&](const OneOf<Convolution, Linear> auto&) { add_weighted(step, at); }, [&](const BatchNorm&) { add_batch_norm(step); },
            [&](const LayerNorm& l) { add_layer_norm(step, l); }, [&](const Activation&) { add_sum(step, {&step.inputs.front()}); },
            [&](const Pool& p) { add_pool(step, maps_.pool(p.window, false, pool_input(step), numbering(step.output), images()), p.kind); },
            [&](const GlobalPool& p) { add_pool(step, maps_.pool({}, true, pool_input(step), numbering(step.output), images()), p.kind); },
            [&](const Add&) { add_sum(step, present_operands(step)); },
            [&](const ChannelShuffle& s) { add_permutation(step, shuffled_channels(s, plan_.value(step.output).channels)); },
            [&](const ChannelPad& p) {
              add_permutation(step, padded_channels(p, full_channels(plan_, step.inputs.front()), plan_.value(step.output).channels));
            },
            [&](const Upsample& u) {
              add_pool(step, maps_.upsampling(u.factor, pool_input(step), numbering(step.output), images()), PoolKind::max);
            },
            [&](const LoweredAway auto& gone) { refuse_kind("the prefix engine", step.name, gone); }},
      step.operation);
}

std::vector<const Operand*> ProgramBuilder::present_operands(const Step& step) const {
  std::vector<const Operand*> operands;
  for (const Operand& input : step.inputs)
    if (is_present(plan_, point_, input, step.output)) operands.push_back(&input);
  return operands;
}

ProgramBuilder::Limits ProgramBuilder::limits(const Step& step) {
  std::optional<ActivationKind> kind = step.epilogue.activation;
  if (const auto* activation = std::get_if<Activation>(&step.operation)) kind = activation->kind;
  if (!kind) return {-kInfinity, kInfinity, false};
  switch (*kind) {
    case ActivationKind::relu:
      return {0, kInfinity, false};
    case ActivationKind::relu6:
      return {0, 6, false};
    case ActivationKind::sigmoid:
      break;
  }
  return {-kInfinity, kInfinity, true};
}

kernels::Epilogue ProgramBuilder::epilogue(const Step& step) const {
  kernels::Epilogue epilogue = parts_.affine.at(point_index_, step_);
  epilogue.lower = limits(step).lower;
  epilogue.upper = limits(step).upper;
  return epilogue;
}

void ProgramBuilder::add_batch_norm(const Step& step) {
  if (layouts_.fused[step_]) return;  // the convolution after it does it
  append(std::make_unique<AffineStep>(parts_.kernels, parts_or_gathered(step.inputs.front()), wide_place(step.output), epilogue(step),
                                      numbering(step.output).positions()),
         step.output);
  append_sigmoid(step);
}

void ProgramBuilder::add_layer_norm(const Step& step, const LayerNorm& options) {
  const WidePlace input = as_one(step.inputs.front());
  append(std::make_unique<LayerNormStep>(parts_.kernels, input, wide_place(step.output), static_cast<float>(options.epsilon),
                                         epilogue(step), numbering(step.output).positions()),
         step.output);
  append_sigmoid(step);
}

void ProgramBuilder::add_sum(const Step& step, const std::vector<const Operand*>& operands) {
  std::vector<WidePlace> places;
  for (const Operand* operand : operands) places.push_back(as_one(*operand));
  append(std::make_unique<SumStep>(parts_.kernels, std::move(places), wide_place(step.output), limits(step).lower, limits(step).upper,
                                   numbering(step.output).positions()),
         step.output);
  append_sigmoid(step);
}

void ProgramBuilder::add_pool(const Step& step, const kernels::PoolMap& map, PoolKind kind) {
  const Operand& input = step.inputs.front();
  if (layout(step.output).planar || layout(input.front().value).planar) return add_planar_pool(step, map, kind);
  append(std::make_unique<PoolingStep>(parts_.kernels, map, kind, part_places(input), wide_place(step.output)), step.output);
}

void ProgramBuilder::add_permutation(const Step& step, std::vector<int32_t> source) {
  append(std::make_unique<ShuffleStep>(as_one(step.inputs.front()), wide_place(step.output), std::move(source),
                                       numbering(step.output).positions()),
         step.output);
}

void ProgramBuilder::store_outputs(size_t steps_done) {
  for (size_t i = 0; i < plan_.outputs.size(); ++i)
    if (steps_before_outputs_[i] == steps_done) store_output(i);
}

void ProgramBuilder::store_output(size_t index) {
  begin_step(kNone);
  const Operand& operand = plan_.outputs[index].operand;
  std::vector<StoreOutputStep::Part> parts;
  int64_t first = 0;  // number of the output where the segment begins, flattened or not
  for (const Segment& segment : operand) {
    const int64_t here = plan_.value(segment.value).shape.positions();
    int64_t from_channel = 0;
    for (const ChannelRange& range : active_channels(point_, segment)) {
      parts.push_back({wide_place(segment.value), here, from_channel, first + range.begin * here, range.size()});
      from_channel += range.size();
    }
    first += plan_.value(segment.value).channels * here;
  }
  append(std::make_unique<StoreOutputStep>(index, std::move(parts), full_numbers(plan_, operand)));
}

}  // namespace tnn::prefix
