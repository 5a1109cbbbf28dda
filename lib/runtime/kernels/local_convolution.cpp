#include "runtime/kernels/local_convolution.h"

#include <algorithm>

#include "core/error.h"

namespace tnn::kernels {
namespace {

/// Nine taps in evenly spaced rows and columns.
bool is_three_by_three(const std::vector<int64_t>& taps) {
  if (taps.size() != 9) return false;
  const int64_t column = taps[1] - taps[0], row = taps[3] - taps[0];
  for (size_t t = 0; t < 9; ++t)
    if (taps[t] != taps[0] + static_cast<int64_t>(t / 3) * row + static_cast<int64_t>(t % 3) * column) return false;
  return true;
}

/// Whether neighbours among the outputs read windows that are one column apart, but at the ends of rows.
bool lie_side_by_side(const std::vector<int32_t>& inputs, const std::vector<Tap>& taps) {
  size_t neighbours = 0;
  for (size_t p = 1; p < inputs.size(); ++p) neighbours += inputs[p] - inputs[p - 1] == 1;
  return taps[1].pixel_offset - taps[0].pixel_offset == 1 && 2 * neighbours > inputs.size();
}

/// How many windows from the first on lie side by side: a row of the map, after which the halo follows.
int64_t row_of(const std::vector<int32_t>& inputs) {
  size_t row = 1;
  while (row < inputs.size() && inputs[row] - inputs[row - 1] == 1) ++row;
  return static_cast<int64_t>(row);
}

constexpr int64_t kLongestRow = 128;

/// Pixels of a unit of work that goes two rows at a time: pairs of them, unless they are long.
int64_t strip_of(int64_t row, int64_t usual) { return row > kLongestRow ? usual : std::max<int64_t>(1, usual / (2 * row)) * 2 * row; }

/// Of the FMA peak: groups that are a vector or more, and those whose inputs are spread over one, a permutation a product.
constexpr double kGroupedShare = 0.9, kSpreadShare = 0.65;

}  // namespace

bool LocalWeights::has_kernel(int64_t inputs_per_group, int64_t outputs_per_group) {
  return inputs_per_group == outputs_per_group &&
         (inputs_per_group == 1 || inputs_per_group == 4 || inputs_per_group == 8 || inputs_per_group == 16);
}

LocalWeights::LocalWeights(const float* source, int64_t channels, int64_t group_size, int64_t taps)
    : channels_(channels),
      group_size_(group_size),
      taps_(taps),
      memory_(static_cast<size_t>(round_up(channels, kBlock) * group_size * taps)) {
  if (!has_kernel(group_size, group_size)) throw UsageError("local weights: groups of 1, 4, 8 and 16 channels are allowed");
  for (int64_t c = 0; c < channels; ++c)
    for (int64_t i = 0; i < group_size; ++i)
      for (int64_t t = 0; t < taps; ++t)
        memory_[static_cast<size_t>(c / kBlock * block_stride() + t * tap_stride() + i * kBlock + c % kBlock)] =
            source[(c * group_size + i) * taps + t];
}

double grouped_cycles(const KernelSet& set, int64_t pixels, int64_t group_size, int64_t taps) {
  const double share = group_size < set.lanes ? kSpreadShare : kGroupedShare;
  return static_cast<double>(pixels * taps * group_size * group_size) / (share * fmas_per_cycle(set) * set.lanes);
}

LocalConvolution::LocalConvolution(Options options) : options_(std::move(options)) {
  if (options_.channels < 1 || options_.channels > options_.weights->channels() || options_.channels % options_.weights->group_size() != 0)
    throw UsageError("local convolution: the active channels must be whole groups of the layer's");
  if (std::min(options_.input_stride, options_.output_stride) < round_up(options_.channels, kBlock))
    throw UsageError("local convolution: the pixel strides must hold the channels rounded up to 16");
  if (options_.map->runs.size() != 1) throw UsageError("local convolution: the map must be in the order of the images");
  for (const Tap& tap : options_.map->taps) taps_.push_back(tap.pixel_offset * options_.input_stride);
  kernel_ = kernel();
  if (kernel_ == options_.kernels->depthwise_side_by_side) {
    row_pixels_ = row_of(options_.map->input);
    strip_pixels_ = strip_of(row_pixels_, kStripPixels);
  }
  blocks_ = divide_up(options_.channels, kBlock);
}

int64_t LocalConvolution::pixels(int64_t images) const {
  return static_cast<int64_t>(options_.map->output.size()) / options_.map->images * images;
}

int64_t LocalConvolution::work(int64_t images) const { return blocks_ * (divide_up(pixels(images), strip_pixels_)); }

LocalKernel LocalConvolution::kernel() const {
  const KernelSet& kernels = *options_.kernels;
  switch (options_.weights->group_size()) {
    case 4:
      return kernels.grouped4;
    case 8:
      return kernels.grouped8;
    case 16:
      return kernels.grouped16;
    default:
      if (!is_three_by_three(taps_)) return kernels.depthwise;
      return lie_side_by_side(options_.map->input, options_.map->taps) ? kernels.depthwise_side_by_side : kernels.depthwise_nine_taps;
  }
}

void LocalConvolution::run(const StepBuffers& buffers, Share share, int64_t images) const {
  const int64_t count = pixels(images);
  LocalTile call;
  call.input_stride = options_.input_stride;
  call.taps = taps_.data();
  call.tap_count = static_cast<int64_t>(taps_.size());
  call.weight_stride = options_.weights->tap_stride();
  call.output_stride = options_.output_stride;
  call.residual_stride = options_.residual_stride;
  call.row_pixels = row_pixels_;
  call.epilogue = options_.epilogue;
  for (int64_t item = share.begin; item < share.end; ++item) {
    const int64_t block = item % blocks_, first = item / blocks_ * strip_pixels_, channel = block * kBlock;
    call.pixels = std::min(strip_pixels_, count - first);
    call.input = buffers.input + channel;
    call.input_pixels = options_.map->input.data() + first;
    call.output = buffers.output + channel;
    call.output_pixels = options_.map->output.data() + first;
    if (options_.residual) {
      call.residual = buffers.residual + channel;
      call.residual_pixels = options_.residual->data() + first;
    }
    call.weights = options_.weights->data() + block * options_.weights->block_stride();
    call.epilogue.scale = options_.epilogue.scale + channel;
    call.epilogue.shift = options_.epilogue.shift + channel;
    kernel_(call);
  }
}

GroupedConvolution::GroupedConvolution(const std::vector<PackedWeights>& weights, int64_t groups, const WideConvolution::Options& options,
                                       int64_t input_stride) {
  if (groups < 1 || groups > static_cast<int64_t>(weights.size()))
    throw UsageError("grouped convolution: the active groups must be 1 .. the layer's groups");
  for (int64_t g = 0; g < groups; ++g) {
    const PackedWeights& own = weights[static_cast<size_t>(g)];
    WideConvolution::Options part = options;
    part.weights = &own;
    part.parts = {{g * own.inputs(), input_stride, 0, own.inputs()}};
    part.outputs = own.outputs();
    part.exact_outputs = own.outputs() % kBlock != 0;
    part.epilogue.scale = options.epilogue.scale + g * own.outputs();
    part.epilogue.shift = options.epilogue.shift + g * own.outputs();
    groups_.push_back({WideConvolution(std::move(part)), g * own.outputs()});
    work_ += groups_.back().step.work();
  }
}

void GroupedConvolution::run(const StepBuffers& buffers, Share share) const {
  int64_t before = 0;
  for (const Group& group : groups_) {
    const int64_t here = group.step.work();
    const Share own{std::clamp<int64_t>(share.begin - before, 0, here), std::clamp<int64_t>(share.end - before, 0, here)};
    group.step.run({buffers.input, buffers.output + group.first_output, buffers.residual ? buffers.residual + group.first_output : nullptr},
                   own);
    before += here;
  }
}

}  // namespace tnn::kernels
