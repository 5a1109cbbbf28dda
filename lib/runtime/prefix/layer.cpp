#include "runtime/prefix/layer.h"

#include "runtime/kernels/winograd_weights.h"
#include "runtime/prefix/numbering.h"

namespace tnn::prefix {
namespace {

/// Weights from which on those of a linear layer come from memory, as one stretch an output: position by position, they would be read in
/// short runs, which costs up to twice the time at narrow points.
constexpr int64_t kStreamedWeights = int64_t{1} << 18;

Layer linear_layer(const Plan& plan, const std::vector<kernels::ImageLayout>& numbering, const Step& step) {
  const Operand& input = step.inputs.front();
  Layer layer;
  layer.inputs_per_group = full_channels(plan, input);
  layer.outputs_per_group = plan.value(step.output).channels;
  const Segment& first = input.front();
  const std::vector<int64_t>& extent = plan.value(first.value).extent();
  const bool streamed =
      plan.value(first.value).shape.positions() > 1 && layer.inputs_per_group * layer.outputs_per_group >= kStreamedWeights;
  layer.gathers_features = !numbered_alike(numbering, input) || (!first.flattened && !extent.empty()) || streamed;
  if (layer.gathers_features) return layer;
  const size_t dimensions = extent.size();
  layer.window = {extent, std::vector<int64_t>(dimensions, 1), std::vector<int64_t>(dimensions, 0), std::vector<int64_t>(dimensions, 1)};
  layer.output_extent.assign(dimensions, 1);
  layer.inputs_per_group /= plan.value(first.value).shape.positions();
  return layer;
}

Layer convolution_layer(const Plan& plan, const Step& step, const Convolution& convolution) {
  Layer layer;
  layer.groups = convolution.groups;
  layer.inputs_per_group = full_channels(plan, step.inputs.front()) / layer.groups;
  layer.outputs_per_group = plan.value(step.output).channels / layer.groups;
  layer.window = convolution.window;
  layer.output_extent = plan.value(step.output).extent();
  return layer;
}

}  // namespace

bool can_be_filtered(const Layer& layer) {
  return layer.output_extent.size() == 2 && kernels::winograd_fits(layer.window, layer.output_extent) &&
         (layer.groups == 1 || kernels::winograd_fits_groups(layer.inputs_per_group, layer.outputs_per_group));
}

Layer layer_of(const Plan& plan, const std::vector<kernels::ImageLayout>& numbering, const Step& step) {
  return std::visit(Match{[&](const Convolution& c) { return convolution_layer(plan, step, c); },
                          [&](const Linear&) { return linear_layer(plan, numbering, step); },
                          [&](const OneOf<Input, BatchNorm, LayerNorm, Activation, Pool, GlobalPool, Add, Concat, Flatten, Dropout,
                                          ChannelShuffle, ChannelPad, Upsample, RoiAlign> auto& other) -> Layer {
                            refuse_kind("a weighted layer of the prefix engine", step.name, other);
                          }},
                    step.operation);
}

}  // namespace tnn::prefix
