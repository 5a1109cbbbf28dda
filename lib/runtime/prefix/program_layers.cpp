#include <algorithm>
#include <utility>

#include "runtime/prefix/convolution_steps.h"
#include "runtime/prefix/copy_steps.h"
#include "runtime/prefix/planar_steps.h"
#include "runtime/prefix/program_builder.h"

namespace tnn::prefix {
namespace {

using kernels::ImageLayout;
using kernels::kBlock;

constexpr int64_t kSmallMap = 16;   ///< positions: up to here a batch goes position by position
constexpr int64_t kWholeBatch = 8;  ///< images, from here on
constexpr double kCopyCycles = 2;   ///< of a pixel from planes to a row, beside one a channel
constexpr double kStemGain = 0.9;   ///< of the wide estimate, for what the estimates leave out

/// The numbering of a layer's output in the dimensions of its window: those of the value, or one pixel.
ImageLayout output_numbering(const ImageLayout& value, const Layer& layer) {
  return value.extent == layer.output_extent ? value : ImageLayout::dense(layer.output_extent);
}

template <typename Element>
const kernels::BasicPackedWeights<Element>* packed(const WeightPiece& piece) {
  if constexpr (sizeof(Element) == sizeof(float))
    return piece.weights.fp32;
  else
    return piece.weights.bf16;
}

}  // namespace

MapStore::Order ProgramBuilder::order_of(const Step& step, const Layer& layer) const {
  const bool small = plan_.value(step.output).shape.positions() <= kSmallMap && layer.taps() > 1;
  return small && images() >= kWholeBatch ? MapStore::Order::positions : MapStore::Order::images;
}

void ProgramBuilder::add_weighted(const Step& step, const StepAtPoint& at) {
  const LayerWeights& weights = *parts_.weights[step_];
  std::optional<WidePlace> residual;
  const ImageLayout* residual_numbering = nullptr;
  if (at.adds_residual) {
    const Operand& operand = step.epilogue.residual->operand;
    residual = computes_in_bf16() ? bf16_residual(operand) : as_one(operand);
    residual_numbering = operand.front().flattened ? nullptr : &numbering(operand.front().value);
  }
  if (weights.at(point_index_).winograd || (weights.at(point_index_).transforms_filters && !layout(step.output).planar))
    add_winograd(step, weights, residual ? &*residual : nullptr, residual_numbering);
  else if (weights.at(point_index_).local)
    add_local(step, weights, residual ? &*residual : nullptr);
  else if (layout(step.output).planar)
    add_planar(step, weights);
  else if (!residual && add_narrow_stem(step, weights))
    return;
  else if (computes_in_bf16())
    add_dense<kernels::Bf16>(step, weights, residual ? &*residual : nullptr, residual_numbering);
  else
    add_dense<float>(step, weights, residual ? &*residual : nullptr, residual_numbering);
  append_sigmoid(step);
}

template <typename Element>
void ProgramBuilder::add_dense(const Step& step, const LayerWeights& weights, const WidePlace* residual,
                               const ImageLayout* residual_numbering) {
  const Layer& layer = weights.layer();
  const Operand& input = step.inputs.front();
  const MapStore::Order order = order_of(step, layer);
  const ValueLayout& output = layout(step.output);
  const ImageLayout from = layer.gathers_features ? ImageLayout::dense({}) : numbering(input.front().value);
  typename kernels::BasicWideConvolution<Element>::Options options;
  options.kernels = &parts_.kernels;
  options.map = &maps_.window(layer.window, from, output_numbering(numbering(step.output), layer), images(), order);
  if (layout(input.front().value).planar && !layer.gathers_features) options.channel_stride = layout(input.front().value).stride;
  options.output_stride = output.stride;
  options.tiling_rank = parts_.times[static_cast<size_t>(point_index_)][step_].tiling_rank;
  if (residual) {
    options.residual =
        order == MapStore::Order::images || !residual_numbering ? residual->pixels : &maps_.interior(*residual_numbering, images(), order);
    options.residual_stride = residual->stride;
  }
  const auto& pieces = weights.at(point_index_).pieces;
  std::vector<typename WideStep<Element>::Piece> made;
  for (const WeightPiece& piece : pieces) {
    if (made.empty() || layer.groups > 1) options.parts = input_parts(input, layer, piece.group);
    options.weights = packed<Element>(piece);
    options.first_output = piece.first_output;
    options.outputs = piece.outputs;
    options.exact_outputs = piece.outputs % kBlock != 0 && pieces.size() > 1;
    options.epilogue = epilogue(step);
    options.epilogue.scale += piece.output_channel;
    options.epilogue.shift += piece.output_channel;
    made.push_back({kernels::BasicWideConvolution<Element>(options), piece.output_channel});
  }
  const bool into_shadow = output.bf16 && !computes_in_bf16();
  const Place to = into_shadow ? shadow_of(step.output) : place(step.output);
  append(std::make_unique<WideStep<Element>>(std::move(made), to, residual ? residual->place : Place{}), step.output);
}

void ProgramBuilder::add_winograd(const Step& step, const LayerWeights& weights, const WidePlace* residual,
                                  const ImageLayout* residual_numbering) {
  kernels::WinogradConvolution::Options options;
  options.kernels = &parts_.kernels;
  const PointWeights& own = weights.at(point_index_);
  options.weights = own.winograd;
  if (!own.winograd) options.plain = own.pieces.front().weights.fp32;
  options.input = numbering(step.inputs.front().front().value);
  options.output = numbering(step.output);
  Layer as_one_group = weights.layer();
  if (as_one_group.groups > 1) options.group_size = as_one_group.inputs_per_group;
  as_one_group.inputs_per_group *= std::exchange(as_one_group.groups, 1);
  options.parts = input_parts(step.inputs.front(), as_one_group, 0);
  options.images = images();
  // Where images go side by side each is one thread's, but for those left over.
  options.threads = images() == 1 && images_side_by_side({batch_limit_, threads_}) ? 1 : threads_;
  options.outputs = layout(step.output).channels;
  options.output_stride = layout(step.output).stride;
  options.adds_residual = residual != nullptr;
  if (residual) {
    options.residual = *residual_numbering;
    options.residual_stride = residual->stride;
  }
  options.epilogue = epilogue(step);
  append(std::make_unique<WinogradStep>(std::make_unique<const kernels::WinogradConvolution>(std::move(options)), place(step.output),
                                        residual ? residual->place : Place{}),
         step.output);
}

void ProgramBuilder::add_local(const Step& step, const LayerWeights& weights, const WidePlace* residual) {
  const Layer& layer = weights.layer();
  const WidePlace input = as_one(step.inputs.front());
  kernels::LocalConvolution::Options options;
  options.kernels = &parts_.kernels;
  options.weights = weights.at(point_index_).local;
  options.map =
      &maps_.window(layer.window, numbering(step.inputs.front().front().value), numbering(step.output), images(), MapStore::Order::images);
  options.channels = kernels::round_up(layout(step.output).channels, options.weights->group_size());
  options.input_stride = input.stride;
  options.output_stride = layout(step.output).stride;
  if (residual) {
    options.residual = residual->pixels;
    options.residual_stride = residual->stride;
  }
  options.epilogue = epilogue(step);
  append(std::make_unique<LocalStep>(options, input.place, wide_place(step.output).place, residual ? residual->place : Place{}),
         step.output);
}

void ProgramBuilder::add_planar(const Step& step, const LayerWeights& weights) {
  const Operand* input = &step.inputs.front();
  kernels::PlanarConvolution::Options options;
  for (size_t s = 0; s < plan_.steps.size(); ++s)
    if (layouts_.fused[s] && parts_.regions.fused_into[s] == static_cast<int>(step_)) {
      input = &plan_.steps[s].inputs.front();
      options.pre_scale = parts_.affine.at(point_index_, s).scale;
      options.pre_shift = parts_.affine.at(point_index_, s).shift;
    }
  options.kernels = &parts_.kernels;
  options.weights = weights.at(point_index_).pieces.front().weights.fp32;
  options.window = weights.layer().window;
  options.layout.image = numbering(step.output);
  options.parts = input_parts(*input, weights.layer(), 0);
  options.outputs = layout(step.output).channels;
  options.epilogue = epilogue(step);
  const bool preactivated = options.pre_scale != nullptr;
  append(std::make_unique<PlanarStep>(kernels::PlanarConvolution(std::move(options)), place(step.output), preactivated), step.output);
}

bool ProgramBuilder::add_narrow_stem(const Step& step, const LayerWeights& weights) {
  const auto* convolution = std::get_if<Convolution>(&step.operation);
  const ValueId from = step.inputs.front().front().value;
  const PointWeights& at = weights.at(point_index_);
  if (!convolution || !layout(from).planar || images() != 1 || !has_planar_kernel(step, *convolution)) return false;
  if (!(numbering(from) == numbering(step.output)) || at.pieces.size() != 1 || !at.pieces.front().weights.fp32) return false;
  if (at.pieces.front().first_output != 0) return false;
  kernels::PlanarConvolution::Options options;
  options.kernels = &parts_.kernels;
  options.weights = at.pieces.front().weights.fp32;
  options.window = convolution->window;
  options.layout.image = numbering(step.output);
  options.parts = input_parts(step.inputs.front(), weights.layer(), 0);
  options.outputs = layout(step.output).channels;
  options.epilogue = epilogue(step);
  kernels::PlanarConvolution planar(options);
  kernels::WideWork wide;
  wide.pixels = numbering(step.output).positions();
  wide.outputs = options.outputs;
  for (const kernels::InputPart& part : options.parts) wide.steps += part.channels * weights.layer().taps();
  wide.segment_length = static_cast<double>(options.parts.front().channels);
  const double copy = static_cast<double>(wide.pixels) * (kCopyCycles + static_cast<double>(options.outputs));
  if (planar.estimated_cycles() + copy > kStemGain * kernels::wide_cycles(parts_.kernels, wide)) return false;
  const ValueLayout planes = planar_layout(numbering(step.output), options.outputs, 1);
  const Place scratch = in_scratch(planes.floats);
  append(std::make_unique<PlanarStep>(std::move(planar), scratch, false));
  append(std::make_unique<PlanesToRowsStep>(PlanesToRowsStep::Options{
             scratch, place(step.output), planes.stride, layout(step.output).stride, options.outputs, &maps_.rows(numbering(step.output))}),
         step.output);
  return true;
}

void ProgramBuilder::add_planar_pool(const Step& step, const kernels::PoolMap& map, PoolKind kind) {
  const auto part_of = [&](ValueId value, int64_t channel) {
    const ValueLayout& at = layout(value);
    return PlanarPoolStep::Part{place(value), at.channels, channel, at.planar ? at.stride : 1, at.planar ? 1 : at.stride};
  };
  std::vector<PlanarPoolStep::Part> inputs;
  int64_t channel = 0;
  for (const Segment& segment : step.inputs.front()) {
    if (active_channels(point_, segment).empty()) continue;
    inputs.push_back(part_of(segment.value, channel));
    channel += inputs.back().channels;
  }
  append(std::make_unique<PlanarPoolStep>(map, kind, std::move(inputs), part_of(step.output, 0)), step.output);
}

}  // namespace tnn::prefix
