#include "runtime/onednn/program.h"

#include <algorithm>

#include "runtime/onednn/layer_terms.h"

namespace tnn::onednn {
int64_t ProgramWriter::gathered_bytes(const Plan& plan, const PlanPoint& point, const Operand& operand, bool linear, int64_t batch) {
  if (is_read_in_place(plan, point, operand, linear)) return 0;
  int64_t positions = 1;
  for (const int64_t size : operand_extent(plan, operand)) positions *= size;
  return batch * positions * count_channels(plan, point, operand) * int64_t{sizeof(float)};
}

ProgramWriter::ProgramWriter(Workspace& workspace, int point, int64_t batch, Activations activations)
    : workspace_(workspace),
      plan_(workspace.model.plan),
      at_(plan_.points[static_cast<size_t>(point)]),
      point_(point),
      batch_(batch),
      activations_(activations),
      steps_before_outputs_(steps_before_outputs(plan_)) {}

Program ProgramWriter::write() {
  write_outputs(0);
  for (size_t step = 0; step < plan_.steps.size(); ++step) {
    write_step(step);
    write_outputs(step + 1);
  }
  return std::move(program_);
}

void ProgramWriter::write_outputs(size_t steps_done) {
  for (size_t i = 0; i < plan_.outputs.size(); ++i)
    if (steps_before_outputs_[i] == steps_done) write_output(i);
}

void ProgramWriter::write_output(size_t index) {
  const Operand& operand = plan_.outputs[index].operand;
  std::vector<OutputPart> parts;
  int64_t first = 0;  // number of the output where the segment begins
  for (const Segment& segment : operand) {
    const Value& value = plan_.value(segment.value);
    const ChannelRanges& active = active_channels(at_, segment);
    if (!active.empty()) parts.push_back({place(segment.value), value.shape.positions(), active, first});
    first += value.channels * value.shape.positions();
  }
  add_action([=, numbers = full_numbers(plan_, operand), batch = batch_, outputs = &workspace_.outputs] {
    float* const output = outputs->pointers.at(index);
    if (output) rows_to_output(parts, batch, numbers, output + outputs->image * numbers);
  });
}

template <typename Action>
void ProgramWriter::add_action(Action action) {
  program_.actions.emplace_back(std::move(action));
}

float* ProgramWriter::place(ValueId value) const {
  return workspace_.arena.data() + workspace_.memory.offset(point_, value) / static_cast<int64_t>(sizeof(float));
}

const float* ProgramWriter::read(const Operand& operand, bool linear) {
  const auto present = present_segments(at_, operand);
  if (present.empty()) return nullptr;
  if (is_read_in_place(plan_, at_, operand, linear)) return place(present.front().value);
  float* out = workspace_.gathered.data() + gathered_;
  gathered_ += gathered_bytes(plan_, at_, operand, linear, batch_) / static_cast<int64_t>(sizeof(float));
  gather(operand, out);
  return out;
}

void ProgramWriter::gather(const Operand& operand, float* out) {
  std::vector<RowPart> parts;
  int64_t rows = batch_;
  for (const int64_t size : operand_extent(plan_, operand)) rows *= size;
  for (const Segment& segment : present_segments(at_, operand))
    parts.push_back({place(segment.value), channels(segment.value), segment.flattened ? plan_.value(segment.value).shape.positions() : 1});
  add_action([parts, rows, out] { gather_rows(parts, rows, out); });
}

void ProgramWriter::write_step(size_t index) {
  const Step& step = plan_.steps[index];
  const StepAtPoint& at = at_.steps[index];
  gathered_ = 0;
  if (at.mode == StepMode::skip) return;
  float* out = place(step.output);
  const int64_t count = numbers(step.output), rows = batch_ * plan_.value(step.output).shape.positions(), width = channels(step.output);
  const auto activation = step.epilogue.activation;
  if (at.mode == StepMode::residual_only) {
    write_residual(step, out);
    return add_action([=] { activate(activation, out, count); });
  }
  const auto in = [&] { return read(step.inputs.front()); };
  std::visit(
      Match{[&](const OneOf<Convolution, Linear> auto&) { write_weighted(index); },
            [&](const BatchNorm&) { write_batch_norm(step, in(), out); }, [&](const LayerNorm& l) { write_layer_norm(step, l, in(), out); },
            [&](const Activation& a) { write_activation(a.kind, in(), count, out); },
            [&](const Pool& p) { write_pool(step, p, in(), out); },
            [&](const GlobalPool& p) {
              const int64_t positions = reference::grid_of(operand_extent(plan_, step.inputs.front())).positions();
              add_action([=, from = in(), kind = p.kind, batch = batch_] { global_pool_rows(kind, batch, positions, width, from, out); });
            },
            [&](const Add&) { write_add(step, out); },
            [&](const ChannelShuffle& s) {
              add_action([=, from = in(), groups = s.groups] { shuffle_rows(groups, rows, width, from, out); });
            },
            [&](const ChannelPad& p) {
              const int64_t inputs = count_channels(plan_, at_, step.inputs.front());
              add_action([=, from = in(), before = p.before] { pad_rows(before, rows, inputs, width, from, out); });
            },
            [&](const Upsample& u) {
              const std::vector<int64_t>& extent = operand_extent(plan_, step.inputs.front());
              const RowUpsampling upsampling{reference::upsampling_scale(u.factor, extent.size()), reference::grid_of(extent)};
              add_action([=, from = in(), batch = batch_] { upsample_rows(upsampling, batch, width, from, out); });
            },
            [&](const LoweredAway auto& gone) { refuse_kind("the onednn engine", step.name, gone); }},
      step.operation);
}

void ProgramWriter::write_layer_norm(const Step& step, const LayerNorm& options, const float* in, float* out) {
  const RowAffine affine = active_affine(workspace_.model, step, point_);
  const int64_t rows = batch_ * plan_.value(step.output).shape.positions();
  add_action([=, epsilon = static_cast<float>(options.epsilon), activation = step.epilogue.activation] {
    normalize_rows(affine, epsilon, activation, in, rows, out);
  });
}

void ProgramWriter::write_activation(ActivationKind kind, const float* in, int64_t count, float* out) {
  add_action([=] {
    if (in != out) std::copy_n(in, count, out);
    activate(kind, out, count);
  });
}

void ProgramWriter::write_batch_norm(const Step& step, const float* in, float* out) {
  const RowAffine affine = active_affine(workspace_.model, step, point_);
  const int64_t rows = batch_ * plan_.value(step.output).shape.positions();
  add_action([=, activation = step.epilogue.activation] { scale_rows(affine, activation, in, rows, out); });
}

void ProgramWriter::write_add(const Step& step, float* out) {
  std::vector<const float*> sources;
  for (const Operand& operand : step.inputs)
    if (is_present(plan_, at_, operand, step.output)) sources.push_back(read(operand));
  add_action([=, count = numbers(step.output), activation = step.epilogue.activation] { add_rows(sources, activation, count, out); });
}

void ProgramWriter::write_pool(const Step& step, const Pool& pool, const float* in, float* out) {
  const RowPool rows{pool.kind, reference::taps_of(pool.window), reference::grid_of(operand_extent(plan_, step.inputs.front())),
                     reference::grid_of(plan_.value(step.output).extent())};
  add_action([=, batch = batch_, width = channels(step.output)] { pool_rows(rows, batch, width, in, out); });
}

void ProgramWriter::write_residual(const Step& step, float* out) {
  const Operand& operand = step.epilogue.residual->operand;
  if (!is_read_in_place(plan_, at_, operand, false)) return gather(operand, out);
  const float* in = read(operand);
  if (in != out) add_action([=, count = numbers(step.output)] { std::copy_n(in, count, out); });
}

void ProgramWriter::write_weighted(size_t index) {
  const Step& step = plan_.steps[index];
  const bool adds = at_.steps[index].adds_residual, linear = std::holds_alternative<Linear>(step.operation);
  float* out = place(step.output);
  const float* in = read(step.inputs.front(), linear);
  if (adds) write_residual(step, out);
  const int64_t rows = batch_ * plan_.value(step.output).shape.positions(), count = numbers(step.output);
  const auto activation = step.epilogue.activation;
  if (in) {
    LayerShape shape = layer_shape(workspace_.model, step, point_, batch_);
    const bool apart = activation && activations_ == Activations::apart;
    if (apart) shape.activation.reset();
    write_layer(shape, select_weights(workspace_.model, step, point_), in, out);
    if (apart) add_action([=] { activate(activation, out, count); });
    return;
  }
  // All inputs are closed: what is left is the shift.
  RowAffine affine = active_affine(workspace_.model, step, point_);
  affine.scale.assign(affine.scale.size(), adds ? 1.0f : 0.0f);
  add_action([=] {
    if (!adds) std::fill_n(out, count, 0.0f);
    scale_rows(affine, activation, out, rows, out);
  });
}

void ProgramWriter::write_layer(const LayerShape& shape, const WeightSelection& selection, const float* in, float* out) {
  const Layer layer = make_layer(workspace_.engine, shape);
  const PackedLayer& packed = workspace_.packed.pack(selection, shape, layer);
  const auto memory = [&](const dnnl::memory::desc& layout, const float* data) {
    return dnnl::memory(layout, workspace_.engine, const_cast<float*>(data));  // oneDNN takes what it only reads as void* too
  };
  const dnnl::memory source = memory(layer.input, in), weights = memory(packed.layout, packed.weights.data()),
                     bias = memory(layer.bias, packed.selection.shift.data()), target = memory(layer.output, out),
                     scratch = memory(layer.scratch, nullptr);
  program_.scratch.push_back(scratch);
  // The C call with ready arguments: the C++ one builds a table of them each time.
  const std::vector<dnnl_exec_arg_t> arguments{{DNNL_ARG_SRC, source.get()},
                                               {DNNL_ARG_WEIGHTS, weights.get()},
                                               {DNNL_ARG_BIAS, bias.get()},
                                               {DNNL_ARG_DST, target.get()},
                                               {DNNL_ARG_SCRATCHPAD, scratch.get()}};
  const std::vector<dnnl::memory> kept{source, weights, bias, target, scratch};
  add_action([arguments, kept, primitive = layer.primitive, stream = workspace_.stream] {
    dnnl_primitive_execute(primitive.get(), stream.get(), static_cast<int>(arguments.size()), arguments.data());
  });
}

}  // namespace tnn::onednn
