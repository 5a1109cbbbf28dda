#include <fmt/format.h>

#include <algorithm>

#include "core/error.h"
#include "runtime/gpu/program.h"
#include "runtime/reference/planes.h"

namespace tnn::gpu {
namespace {

Extent extent_of(const std::vector<int64_t>& sizes) {
  Extent extent;
  const reference::Grid grid = reference::grid_of(sizes);
  std::copy(grid.size.begin(), grid.size.end(), extent.size);
  return extent;
}

int64_t positions_of(const Extent& extent) { return extent.size[0] * extent.size[1] * extent.size[2]; }

Taps taps_of(const Window& window) {
  Taps taps;
  const reference::Taps three = reference::taps_of(window);
  std::copy(three.kernel.begin(), three.kernel.end(), taps.kernel);
  std::copy(three.stride.begin(), three.stride.end(), taps.stride);
  std::copy(three.padding.begin(), three.padding.end(), taps.padding);
  std::copy(three.dilation.begin(), three.dilation.end(), taps.dilation);
  return taps;
}

/// Whether each output position reads the input position of the same index, and nothing else.
bool is_one_tap(const Taps& taps) {
  for (int d = 0; d < 3; ++d)
    if (taps.kernel[d] != 1 || taps.stride[d] != 1 || taps.padding[d] != 0) return false;
  return true;
}

Activate activation_of(const std::optional<ActivationKind>& kind) {
  if (!kind) return Activate::none;
  switch (*kind) {
    case ActivationKind::relu:
      return Activate::relu;
    case ActivationKind::relu6:
      return Activate::relu6;
    case ActivationKind::sigmoid:
      return Activate::sigmoid;
  }
  return Activate::none;
}

/// Writes the commands of one operating point.
class PointBuilder {
 public:
  PointBuilder(const LoweredModel& model, const PackedWeights& weights, const MemoryPlan& memory, int64_t element_bytes, size_t point,
               Program& program)
      : plan_(model.plan),
        at_(plan_.points[point]),
        weights_(weights),
        memory_(memory),
        element_bytes_(element_bytes),
        point_(point),
        program_(program),
        steps_before_outputs_(steps_before_outputs(plan_)) {}

  PointProgram build() {
    if (memory_.offset(static_cast<int>(point_), 0) != kNone) add(Import{image(0)});
    write_outputs(0);
    for (index_ = 0; index_ < plan_.steps.size(); ++index_) {
      if (at_.steps[index_].mode != StepMode::skip) step();
      write_outputs(index_ + 1);
    }
    return std::move(result_);
  }

 private:
  void add(const Command& command) { result_.commands.push_back(command); }

  /// The outputs that are complete after so many steps.
  void write_outputs(size_t steps_done) {
    for (size_t i = 0; i < plan_.outputs.size(); ++i) {
      const Operand& operand = plan_.outputs[i].operand;
      if (steps_before_outputs_[i] == steps_done)
        add(Export{static_cast<int64_t>(i), full_width(operand), positions_of(extent_of(operand_extent(plan_, operand)))});
    }
  }

  const ChannelRanges& channels(ValueId value) const { return at_.channels[static_cast<size_t>(value)]; }

  Image image(ValueId value) const {
    Image image;
    image.offset = memory_.offset(static_cast<int>(point_), value) / element_bytes_;
    image.positions = plan_.value(value).shape.positions();
    image.channels = count_channels(channels(value));
    image.stride = padded(image.channels);
    return image;
  }

  /// Calls visit for the source of every open channel (feature) of an operand, with its index at full width.
  template <typename Visit>
  void for_each_source(const Operand& operand, Visit visit) const {
    int64_t first = 0;
    for (const Segment& segment : operand) {
      const int64_t positions = plan_.value(segment.value).shape.positions(), repeat = segment.flattened ? positions : 1;
      const ChannelRanges& active = active_channels(at_, segment);
      int64_t stored = 0;
      const Image from = active.empty() ? Image{} : image(segment.value);
      for (const ChannelRange& range : active)
        for (int64_t c = range.begin; c < range.end; ++c, ++stored)
          for (int64_t p = 0; p < repeat; ++p)
            visit(first + c * repeat + p,
                  ChannelSource{from.offset + p * from.stride + stored, positions * from.stride, segment.flattened ? 0 : from.stride});
      first += plan_.value(segment.value).channels * repeat;
    }
  }

  Read read(const Operand& operand) {
    Read result;
    result.channels = count_channels(plan_, at_, operand);
    if (result.channels == 0) return result;
    if (is_one_value(operand) && !operand.front().flattened) {
      const Image from = image(operand.front().value);
      result.first = {from.offset, from.positions * from.stride, from.stride};
      return result;
    }
    result.table = static_cast<int64_t>(program_.sources.size());
    for_each_source(operand, [&](int64_t, const ChannelSource& source) { program_.sources.push_back(source); });
    return result;
  }

  /// Every channel of an operand at full width; closed ones are 0.
  Read full_width(const Operand& operand) {
    Read result;
    result.table = static_cast<int64_t>(program_.sources.size());
    result.channels = full_channels(plan_, operand);
    program_.sources.resize(program_.sources.size() + static_cast<size_t>(result.channels));
    for_each_source(operand, [&](int64_t channel, const ChannelSource& source) {
      program_.sources[static_cast<size_t>(result.table + channel)] = source;
    });
    return result;
  }

  Finish finish() {
    const Step& step = plan_.steps[index_];
    Finish finish;
    if (at_.steps[index_].mode == StepMode::run) finish.affine = weights_.at(point_, index_).affine;
    if (at_.steps[index_].adds_residual) {
      finish.has_residual = true;
      finish.residual = read(step.epilogue.residual->operand);
    }
    finish.activation = activation_of(step.epilogue.activation);
    return finish;
  }

  void step() {
    const Step& step = plan_.steps[index_];
    if (at_.steps[index_].mode == StepMode::residual_only) return pointwise({});
    const auto input = [&] { return read(step.inputs.front()); };
    std::visit(
        Match{[&](const Convolution& c) { c.groups > 1 ? grouped(c) : contraction(step); }, [&](const Linear&) { contraction(step); },
              [&](const BatchNorm&) { pointwise({input()}); }, [&](const LayerNorm& l) { layer_norm(l); },
              [&](const Activation& a) { pointwise({input()}, activation_of(a.kind)); }, [&](const Pool& p) { pool(p); },
              [&](const GlobalPool& p) { global_pool(p); }, [&](const Add&) { sum(step); },
              [&](const ChannelShuffle& s) { pointwise({shuffled(s)}); }, [&](const ChannelPad& p) { pointwise({padded_with_zeros(p)}); },
              [&](const OneOf<Input, Concat, Flatten, Dropout, Upsample, RoiAlign> auto& other) {
                refuse_kind("the cuda engine", step.name, other);
              }},
        step.operation);
  }

  void pointwise(const std::vector<Read>& addends, Activate activation = Activate::none) {
    if (addends.size() > Pointwise::kMostAddends)
      throw UsageError(
          fmt::format("'{}' adds {} tensors (allowed on a GPU: {})", plan_.steps[index_].name, addends.size(), Pointwise::kMostAddends));
    Pointwise command;
    std::copy(addends.begin(), addends.end(), command.addends);
    command.addend_count = static_cast<int>(addends.size());
    command.output = image(plan_.steps[index_].output);
    command.finish = finish();
    if (activation != Activate::none) command.finish.activation = activation;
    add(command);
  }

  void layer_norm(const LayerNorm& norm) {
    const Step& step = plan_.steps[index_];
    LayerNormalization command;
    command.input = read(step.inputs.front());
    command.epsilon = static_cast<float>(norm.epsilon);
    command.output = image(step.output);
    command.finish = finish();
    add(command);
  }

  void sum(const Step& step) {
    std::vector<Read> addends;
    for (const Operand& operand : step.inputs)
      if (is_present(plan_, at_, operand, step.output)) addends.push_back(read(operand));
    pointwise(addends);
  }

  /// Channels of a shuffle are always open: a table of the same sources in another order.
  Read shuffled(const ChannelShuffle& shuffle) {
    Read result = full_width(plan_.steps[index_].inputs.front());
    const auto table = program_.sources.begin() + result.table;
    const std::vector<ChannelSource> sources(table, table + result.channels);
    const int64_t each = result.channels / shuffle.groups;
    for (int64_t c = 0; c < result.channels; ++c) table[c] = sources[static_cast<size_t>(c % shuffle.groups * each + c / shuffle.groups)];
    return result;
  }

  /// The same sources among channels that are 0.
  Read padded_with_zeros(const ChannelPad& pad) {
    const Read inner = full_width(plan_.steps[index_].inputs.front());
    Read result;
    result.table = static_cast<int64_t>(program_.sources.size());
    result.channels = plan_.value(plan_.steps[index_].output).channels;
    program_.sources.resize(program_.sources.size() + static_cast<size_t>(result.channels));
    const auto from = program_.sources.begin() + inner.table;
    std::copy(from, from + inner.channels, program_.sources.begin() + result.table + pad.before);
    return result;
  }

  void contraction(const Step& step) {
    const Operand& operand = step.inputs.front();
    const auto columns = contraction_columns(plan_, at_, operand);
    if (columns.empty()) return pointwise({});  // every input is closed: the shift remains
    Contraction command;
    if (const auto* convolution = std::get_if<Convolution>(&step.operation)) command.taps = taps_of(convolution->window);
    command.input = read(operand);
    command.input_extent = extent_of(operand_extent(plan_, operand));
    command.output_extent = extent_of(plan_.value(step.output).extent());
    command.width = static_cast<int64_t>(columns.size());
    command.weights = weights_.at(point_, index_).offset;
    command.row = weights_.at(point_, index_).row;
    command.in_place = is_one_value(operand) && is_one_tap(command.taps);
    if (is_one_value(operand)) command.input.first.offset = image(operand.front().value).offset;
    command.output = image(step.output);
    command.finish = finish();
    add(command);
  }

  void grouped(const Convolution& convolution) {
    const Step& step = plan_.steps[index_];
    GroupedConvolution command;
    command.input = read(step.inputs.front());
    command.input_extent = extent_of(operand_extent(plan_, step.inputs.front()));
    command.output_extent = extent_of(plan_.value(step.output).extent());
    command.taps = taps_of(convolution.window);
    command.rows = weights_.at(point_, index_).offset;
    command.output = image(step.output);
    command.finish = finish();
    add(command);
  }

  void pool(const Pool& pool) {
    const Step& step = plan_.steps[index_];
    Pooling command;
    command.input = read(step.inputs.front());
    command.input_extent = extent_of(operand_extent(plan_, step.inputs.front()));
    command.output_extent = extent_of(plan_.value(step.output).extent());
    command.taps = taps_of(pool.window);
    command.maximum = pool.kind == PoolKind::max;
    command.output = image(step.output);
    add(command);
  }

  void global_pool(const GlobalPool& pool) {
    const Step& step = plan_.steps[index_];
    GlobalPooling command;
    command.input = read(step.inputs.front());
    command.input_positions = positions_of(extent_of(operand_extent(plan_, step.inputs.front())));
    command.maximum = pool.kind == PoolKind::max;
    command.output = image(step.output);
    add(command);
  }

  const Plan& plan_;
  const PlanPoint& at_;
  const PackedWeights& weights_;
  const MemoryPlan& memory_;
  int64_t element_bytes_;
  size_t point_;
  Program& program_;
  const std::vector<size_t> steps_before_outputs_;
  PointProgram result_;
  size_t index_ = 0;
};

/// Whether a step may write over what it reads: each thread reads and writes numbers that no other does, or waits for those that share a
/// row with it. Weighted steps not: libraries do
/// not promise to read a residual before they write.
bool may_overwrite(const Step& step) {
  return std::visit(
      Match{[](const OneOf<Convolution, Linear, Pool, GlobalPool, ChannelShuffle, ChannelPad, Upsample> auto&) { return false; },
            [](const OneOf<BatchNorm, LayerNorm, Activation, Add> auto&) { return true; },
            [&](const LoweredAway auto& gone) -> bool { refuse_kind("the cuda engine", step.name, gone); }},
      step.operation);
}

BufferRules buffer_rules(const Plan& plan, int64_t batch_limit, int64_t element_bytes) {
  std::vector<bool> overwrites(plan.values.size());
  for (const Step& step : plan.steps) overwrites[static_cast<size_t>(step.output)] = may_overwrite(step);
  const auto bytes = [&plan, batch_limit, element_bytes](ValueId value, int point) {
    const int64_t channels = count_channels(plan.points[static_cast<size_t>(point)].channels[static_cast<size_t>(value)]);
    return batch_limit * plan.value(value).shape.positions() * padded(channels) * element_bytes;
  };
  return {bytes, [overwrites](ValueId, ValueId value, int) { return overwrites[static_cast<size_t>(value)]; }, 256};
}

}  // namespace

Program build_program(const LoweredModel& model, const PackedWeights& weights, int64_t batch_limit, int64_t element_bytes) {
  const Plan& plan = model.plan;
  const MemoryPlan memory = plan_memory(plan, buffer_rules(plan, batch_limit, element_bytes));
  Program program;
  program.arena_elements = memory.arena_bytes / element_bytes;
  program.input_elements = plan.values.front().channels * plan.values.front().shape.positions();
  for (const PlanOutput& output : plan.outputs) program.output_elements.push_back(full_numbers(plan, output.operand));
  for (size_t point = 0; point < plan.points.size(); ++point)
    program.points.push_back(PointBuilder(model, weights, memory, element_bytes, point, program).build());
  return program;
}

int64_t output_elements(const Image& image, int64_t batch) { return batch * image.positions * image.stride; }

}  // namespace tnn::gpu
