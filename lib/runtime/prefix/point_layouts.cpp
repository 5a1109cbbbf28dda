#include "runtime/prefix/point_layouts.h"

#include <algorithm>

#include "runtime/kernels/planar_convolution.h"
#include "runtime/prefix/planar_choice.h"

namespace tnn::prefix {
namespace {

using kernels::ImageLayout;

constexpr int64_t kFloat = sizeof(float);
constexpr int64_t kWeightsOutweigh = 4;  ///< times the activations of one image, from which on a batch goes through a step whole

/// Steps whose only input values are the network's input read it in planes: convolutions can, whatever their kernel.
bool input_is_planar(const ModelParts& parts) {
  const Plan& plan = parts.plan();
  if (parts.uses_bf16() || plan.values.front().extent().empty()) return false;
  const auto reads_input = [](const Operand& operand) {
    return std::any_of(operand.begin(), operand.end(), [](const Segment& segment) { return segment.value == 0; });
  };
  if (std::any_of(plan.outputs.begin(), plan.outputs.end(), [&](const PlanOutput& output) { return reads_input(output.operand); }))
    return false;
  return std::all_of(plan.steps.begin(), plan.steps.end(), [&](const Step& step) {
    if (step.epilogue.residual && reads_input(step.epilogue.residual->operand)) return false;
    if (std::none_of(step.inputs.begin(), step.inputs.end(), reads_input)) return true;
    const auto* convolution = std::get_if<Convolution>(&step.operation);
    return convolution && convolution->groups == 1 && step.inputs.front().size() == 1 && step.inputs.front().front().is_plain();
  });
}

/// Whether the only value that is needed on both sides of the boundary before a step is the output of the step before.
bool is_cut(const Plan& plan, const std::vector<Lifetime>& lives, size_t step) {
  for (size_t v = 0; v < lives.size(); ++v) {
    const bool crosses = lives[v].is_live() && lives[v].begin < static_cast<int>(step) && lives[v].end >= static_cast<int>(step);
    if (crosses != (static_cast<ValueId>(v) == plan.steps[step - 1].output)) return false;
  }
  return true;
}

int64_t floats_of(const Plan& plan, const PlanPoint& point, const Operand& operand) {
  int64_t floats = 0;
  for (const Segment& segment : operand)
    floats += count_channels(active_channels(point, segment)) * plan.value(segment.value).shape.positions();
  return floats;
}

/// Whether a step's active weights are more than the activations of some images.
bool weights_outweigh(const Plan& plan, const PlanPoint& point, const Step& step, const StepAtPoint& at) {
  if (at.macs == 0) return false;
  const int64_t activations = floats_of(plan, point, step.inputs.front()) + floats_of(plan, point, {Segment{step.output, false, {}}});
  const int64_t weights = at.macs / std::max<int64_t>(1, plan.value(step.output).shape.positions());
  return weights > kWeightsOutweigh * activations;
}

size_t choose_split(const Plan& plan, const PlanPoint& point, int64_t batch_limit) {
  const size_t count = plan.steps.size();
  if (batch_limit == 1) return 0;
  const std::vector<Lifetime> lives = lifetimes(plan, point);
  for (size_t s = 0; s < count; ++s) {
    if (!weights_outweigh(plan, point, plan.steps[s], point.steps[s])) continue;
    for (size_t cut = s; cut < count; ++cut)
      if (cut == 0 || is_cut(plan, lives, cut)) return cut;
  }
  return count;
}

/// Whether a step writes its result part by part, whose last lanes reach further than those of one part.
bool writes_parts(const Step& step) {
  const bool by_part =
      std::visit(Match{[](const OneOf<BatchNorm, Pool, GlobalPool, Upsample> auto&) { return true; },
                       [](const OneOf<Convolution, Linear, LayerNorm, Activation, Add, ChannelShuffle, ChannelPad> auto&) { return false; },
                       [&](const LoweredAway auto& gone) -> bool { refuse_kind("the prefix engine", step.name, gone); }},
                 step.operation);
  return by_part && step.inputs.front().size() > 1;
}

/// Whether a step of a planar region is done with one image in hand, and with the weights as they are.
bool may_be_planar(const ModelParts& parts, int point_index, size_t index, size_t split, int64_t batch_limit) {
  const PlanPoint& point = parts.plan().points[static_cast<size_t>(point_index)];
  const bool alone = batch_limit == 1 || (index + 1 < split || (index < split && split == parts.plan().steps.size()));
  return alone &&
         (!parts.weights[index] || point.steps[index].mode == StepMode::skip || parts.weights[index]->uses_plain_weights(point_index));
}

/// The regions that are planar at a point: where that pays and can be.
std::vector<bool> choose_planar_regions(const ModelParts& parts, int point, size_t split, int64_t batch_limit) {
  const auto& steps = parts.plan().steps;
  std::vector<bool> filtered;
  for (const auto& layer : parts.weights) filtered.push_back(layer && !layer->uses_plain_weights(point));
  std::vector<bool> planar = where_planes_pay(parts.plan(), parts.regions, parts.times, point, filtered);
  if (parts.uses_bf16()) planar.assign(planar.size(), false);  // bf16 kernels read pixels
  for (size_t s = 0; s < steps.size(); ++s) {
    const int region = parts.regions.of_value[static_cast<size_t>(steps[s].output)];
    if (region != kNone && !may_be_planar(parts, point, s, split, batch_limit)) planar[static_cast<size_t>(region)] = false;
  }
  return planar;
}

void adjust_lifetimes(const ModelParts& parts, const PointLayouts& layouts, std::vector<Lifetime>& lives) {
  const auto& steps = parts.plan().steps;
  // The value at the split is written image by image while everything before it lives anew for each.
  if (layouts.split > 0 && layouts.split < steps.size()) lives[static_cast<size_t>(steps[layouts.split - 1].output)].begin = -1;
  // What a fused batch norm reads is read by the convolution.
  for (size_t s = 0; s < steps.size(); ++s)
    if (layouts.fused[s])
      for (const Segment& segment : steps[s].inputs.front()) {
        Lifetime& life = lives[static_cast<size_t>(segment.value)];
        life.end = std::max(life.end, life.is_live() ? parts.regions.fused_into[s] : life.end);
      }
}

void store_as_bf16(ValueLayout& layout) {
  layout.bf16 = true;
  layout.floats /= 2;  // a pixel's stride is even
}

}  // namespace

ValueLayout wide_layout(const ImageLayout& numbering, int64_t channels, int64_t images, bool of_parts) {
  ValueLayout layout;
  layout.channels = channels;
  layout.stride = kernels::wide_pixel_stride(channels + (of_parts ? kernels::kBlock - 1 : 0));
  layout.image_stride = numbering.pixels_per_image() * layout.stride;
  layout.images = images;
  layout.floats = images * layout.image_stride;
  return layout;
}

ValueLayout planar_layout(const ImageLayout& numbering, int64_t channels, int64_t images) {
  ValueLayout layout;
  layout.planar = true;
  layout.channels = channels;
  layout.image_stride = numbering.pixels_per_image();
  layout.stride = images == 1 ? kernels::PlanarLayout{numbering}.channel_stride() : kernels::round_up(images * layout.image_stride, 16);
  layout.images = images;
  layout.floats = channels * layout.stride;
  return layout;
}

PointLayouts choose_layouts(const ModelParts& parts, int index, int64_t batch_limit) {
  const Plan& plan = parts.plan();
  const PlanPoint& point = plan.points[static_cast<size_t>(index)];
  PointLayouts result;
  result.split = choose_split(plan, point, batch_limit);
  const auto images_at = [&](size_t boundary) { return boundary < result.split ? 1 : batch_limit; };
  const auto channels = [&](ValueId value) { return count_channels(point.channels[static_cast<size_t>(value)]); };
  result.values.resize(plan.values.size());
  result.values.front() = input_is_planar(parts) ? planar_layout(parts.numbering.front(), channels(0), images_at(0))
                                                 : wide_layout(parts.numbering.front(), channels(0), images_at(0), false);
  const std::vector<bool> planar = choose_planar_regions(parts, index, result.split, batch_limit);
  for (size_t s = 0; s < plan.steps.size(); ++s) {
    const auto value = static_cast<size_t>(plan.steps[s].output);
    const int region = parts.regions.of_value[value];
    const bool in_planes = region != kNone && planar[static_cast<size_t>(region)];
    result.fused.push_back(in_planes && parts.regions.fused_into[s] != kNone && point.steps[s].mode == StepMode::run);
    if (in_planes) {
      result.values[value] = planar_layout(parts.numbering[value], channels(plan.steps[s].output), 1);
      if (result.fused.back()) result.values[value].floats = 0;
      continue;
    }
    // The value at the split has room for the batch; where nothing comes after the split, the output is written from where it is.
    const bool last_alone = s + 1 == result.split && result.split < plan.steps.size();
    result.values[value] = wide_layout(parts.numbering[value], channels(plan.steps[s].output), last_alone ? batch_limit : images_at(s),
                                       writes_parts(plan.steps[s]));
  }
  for (size_t v = 0; v < result.values.size(); ++v)
    if (parts.precision.bf16_values[v]) store_as_bf16(result.values[v]);
  return result;
}

MemoryPlan place_values(const ModelParts& parts, const std::vector<PointLayouts>& layouts) {
  const auto layout = [&](ValueId value, int point) -> const ValueLayout& {
    return layouts[static_cast<size_t>(point)].values[static_cast<size_t>(value)];
  };
  BufferRules rules;
  rules.bytes = [&](ValueId value, int point) { return layout(value, point).floats * kFloat; };
  rules.same_layout = [&](ValueId a, ValueId b, int point) {
    return layout(a, point) == layout(b, point) && parts.numbering[static_cast<size_t>(a)] == parts.numbering[static_cast<size_t>(b)];
  };
  rules.adjust = [&](std::vector<Lifetime>& lives, int point) { adjust_lifetimes(parts, layouts[static_cast<size_t>(point)], lives); };
  return plan_memory(parts.plan(), rules);
}

}  // namespace tnn::prefix
