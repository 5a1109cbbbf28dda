#include <algorithm>

#include "runtime/reference/layers.h"
#include "runtime/reference/reference_context.h"

namespace tnn::reference {

/// Stores activation(compute(index of the output plane, position, coordinates) + residual) for every active output.
template <typename Compute>
void ReferenceContext::store(const Step& step, const StepAtPoint& at, Compute compute) {
  if (at.adds_residual) gather(step.epilogue.residual->operand, residual_);
  const Grid grid = grid_of(plan_.value(step.output).extent());
  for (size_t i = 0; i < outputs_.size(); ++i)
    for_each_position(grid, [&](int64_t position, const Coordinates& coordinates) {
      double x = compute(i, position, coordinates);
      if (at.adds_residual) x += static_cast<double>(residual_[i].data[position]);
      if (step.epilogue.activation) x = activated(*step.epilogue.activation, x);
      outputs_[i].data[position] = static_cast<float>(x);
    });
}

void ReferenceContext::run_step(size_t index) {
  const Step& step = plan_.steps[index];
  const StepAtPoint& at = at_->steps[index];
  if (at.mode == StepMode::skip) return;
  gather_output(step.output);
  if (at.mode == StepMode::residual_only) return store(step, at, [](size_t, int64_t, const Coordinates&) { return 0.0; });
  gather(step.inputs.front(), inputs_);
  const auto in = [&](size_t i, int64_t position) { return static_cast<double>(inputs_[i].data[position]); };
  const auto each = [&](auto compute) { store(step, at, compute); };
  std::visit(
      Match{[&](const OneOf<Convolution, Linear> auto&) { weighted(index, at); },
            [&](const BatchNorm&) {
              const ChannelAffine& affine = affine_[static_cast<size_t>(point_)][index];
              each([&](size_t i, int64_t position, const Coordinates&) {
                const auto c = static_cast<size_t>(outputs_[i].channel);
                return static_cast<double>(affine.scale[c]) * in(i, position) + static_cast<double>(affine.shift[c]);
              });
            },
            [&](const LayerNorm& l) { layer_norm(index, at, l); },
            [&](const Activation& a) {
              each([&](size_t i, int64_t position, const Coordinates&) { return activated(a.kind, in(i, position)); });
            },
            [&](const Pool& p) {
              const Grid input = grid_of(operand_extent(plan_, step.inputs.front()));
              const Taps taps = taps_of(p.window);
              each([&](size_t i, int64_t, const Coordinates& at_output) { return pooled(p, taps, input, inputs_[i].data, at_output); });
            },
            [&](const GlobalPool& p) {
              const int64_t positions = grid_of(operand_extent(plan_, step.inputs.front())).positions();
              each([&](size_t i, int64_t, const Coordinates&) { return globally_pooled(p.kind, inputs_[i].data, positions); });
            },
            [&](const Add&) { add(step, at); },
            [&](const ChannelShuffle& s) {
              const auto channels = static_cast<int64_t>(inputs_.size());  // a shuffle's channels are always active
              each([&](size_t i, int64_t position, const Coordinates&) {
                return in(static_cast<size_t>(shuffled_source(static_cast<int64_t>(i), channels, s.groups)), position);
              });
            },
            [&](const ChannelPad& p) {
              each([&](size_t i, int64_t position, const Coordinates&) {
                const int64_t source = static_cast<int64_t>(i) - p.before;
                return source < 0 || source >= static_cast<int64_t>(inputs_.size()) ? 0.0 : in(static_cast<size_t>(source), position);
              });
            },
            [&](const Upsample& u) {
              const Grid input = grid_of(operand_extent(plan_, step.inputs.front()));
              const Coordinates scale = upsampling_scale(u.factor, operand_extent(plan_, step.inputs.front()).size());
              each([&](size_t i, int64_t, const Coordinates& at_output) {
                return in(i, input.position(at_output[0] / scale[0], at_output[1] / scale[1], at_output[2] / scale[2]));
              });
            },
            [&](const LoweredAway auto& gone) { refuse_kind("the reference engine", step.name, gone); }},
      step.operation);
}

void ReferenceContext::weighted(size_t index, const StepAtPoint& at) {
  const Step& step = plan_.steps[index];
  const int64_t inputs = full_channels(plan_, step.inputs.front()), outputs = plan_.value(step.output).channels;
  WeightedLayer layer{model_.weights.weight(step.node), inputs, outputs, {}, {}};
  if (const auto* convolution = std::get_if<Convolution>(&step.operation)) {
    layer.inputs_per_group = inputs / convolution->groups;
    layer.outputs_per_group = outputs / convolution->groups;
    layer.taps = taps_of(convolution->window);
    layer.input = grid_of(operand_extent(plan_, step.inputs.front()));
  }
  const ChannelAffine& affine = affine_[static_cast<size_t>(point_)][index];
  store(step, at, [&](size_t i, int64_t, const Coordinates& coordinates) {
    const int64_t channel = outputs_[i].channel;
    const auto c = static_cast<size_t>(channel);
    return static_cast<double>(affine.scale[c]) * weighted_sum(layer, inputs_, channel, coordinates) + static_cast<double>(affine.shift[c]);
  });
}

void ReferenceContext::layer_norm(size_t index, const StepAtPoint& at, const LayerNorm& options) {
  const Step& step = plan_.steps[index];
  const int64_t positions = plan_.value(step.output).shape.positions();
  statistics_.clear();  // of all positions, before the result is written over what they are taken of
  for (int64_t p = 0; p < positions; ++p) statistics_.push_back(channel_statistics(inputs_, p, options.epsilon));
  const ChannelAffine& affine = affine_[static_cast<size_t>(point_)][index];
  store(step, at, [&](size_t i, int64_t position, const Coordinates&) {
    const auto c = static_cast<size_t>(outputs_[i].channel);
    const PositionStatistics& s = statistics_[static_cast<size_t>(position)];
    const double normal = (static_cast<double>(inputs_[i].data[position]) - s.mean) * s.inverse_deviation;
    return static_cast<double>(affine.scale[c]) * normal + static_cast<double>(affine.shift[c]);
  });
}

void ReferenceContext::add(const Step& step, const StepAtPoint& at) {
  size_t present = 0;
  for (const Operand& operand : step.inputs)
    if (is_present(plan_, *at_, operand, step.output)) gather(operand, addends_[present++]);
  store(step, at, [&](size_t i, int64_t position, const Coordinates&) {
    double sum = 0;
    for (size_t k = 0; k < present; ++k) sum += static_cast<double>(addends_[k][i].data[position]);
    return sum;
  });
}

}  // namespace tnn::reference
