#include "runtime/kernels/winograd.h"

#include <algorithm>
#include <limits>

#include "core/error.h"

namespace tnn::kernels {
namespace {

constexpr int64_t kScratchFloats = 96 * 1024;  ///< both transforms of a block: they are to stay in the second-level cache
constexpr int64_t kSmallestBlock = 12;
constexpr int64_t kGroupScratchFloats = 12 * 1024;  ///< the same of a grouped layer, whose chunks are small
constexpr int64_t kUnits = 4, kUnitsPerThread = 2;  ///< of work that a step should have at least
constexpr int64_t kChunkOutputs = 64;               ///< from here on a unit's own transform of the inputs costs little
constexpr int64_t kSharedChunkOutputs = 32;         ///< and from here on less than a thread that waits

int64_t count_channels(const std::vector<InputPart>& parts) {
  int64_t channels = 0;
  for (const InputPart& part : parts) channels += part.channels;
  return channels;
}

}  // namespace

WinogradConvolution::WinogradConvolution(Options options) : options_(std::move(options)) {
  check();
  rows_ = options_.output.extent[0] / 2, columns_ = options_.output.extent[1] / 2;
  choose_blocks();
}

void WinogradConvolution::check() const {
  if (options_.output.dimensions() != 2 || options_.output.extent[0] % 2 != 0 || options_.output.extent[1] % 2 != 0)
    throw UsageError("Winograd convolution: maps of even rows and columns are allowed");
  const int64_t group = options_.group_size;
  if (group != 0 && (!winograd_fits_groups(group, group) || options_.outputs % group != 0 || options_.parts.size() != 1))
    throw UsageError("Winograd convolution: whole groups of 8 channels or blocks of 16, side by side in the input, are allowed");
  if ((options_.plain != nullptr) == (options_.weights != nullptr))
    throw UsageError("Winograd convolution: either transformed weights or weights as they are must be given");
  if (!options_.plain) return;
  if (group != 0 || options_.parts.size() != 1 || options_.plain->taps() != 9)
    throw UsageError("Winograd convolution: filters of 3x3 over one part of inputs, not grouped, can be transformed as it runs");
  const InputPart& part = options_.parts.front();
  if (options_.outputs > options_.plain->outputs() || part.weight_channel + part.channels > options_.plain->inputs())
    throw UsageError("Winograd convolution: the active channels must lie in the layer's");
}

void WinogradConvolution::choose_blocks() {
  const int64_t all = tiles(options_.images);
  int64_t chunk_outputs = std::max<int64_t>(options_.group_size, kBlock);
  if (is_grouped()) {
    inputs_ = chunk_outputs;
    input_stride_ = output_stride_ = wide_pixel_stride(chunk_outputs);
    const int64_t fitting = std::max(kSmallestBlock, kGroupScratchFloats / (kWinogradPositions * 2 * input_stride_));
    block_tiles_ = divide_up(all, divide_up(all, fitting));
  } else {
    inputs_ = count_channels(options_.parts);
    input_stride_ = wide_pixel_stride(inputs_ + (options_.parts.size() > 1 ? kBlock - 1 : 0));
    const bool shared = options_.threads > 1;
    const int64_t units = std::max(kUnits, kUnitsPerThread * options_.threads);
    const bool by_tiles = shared && !options_.plain;  // of whose parts each would transform all filters
    const int64_t largest = by_tiles ? std::clamp(divide_up(all, units), kSmallestBlock, kLargestWinogradBlock) : kLargestWinogradBlock;
    const int64_t even = divide_up(all, divide_up(all, largest));  // tiles of a block
    const int64_t most = std::max<int64_t>(1, options_.outputs / (!shared ? kChunkOutputs : options_.plain ? kBlock : kSharedChunkOutputs));
    const int64_t chunks = std::clamp<int64_t>(units / divide_up(all, even), 1, most);
    chunk_outputs = round_up(divide_up(options_.outputs, chunks), kBlock);
    output_stride_ = wide_pixel_stride(chunk_outputs);
    const int64_t fitting = kScratchFloats / (kWinogradPositions * (input_stride_ + output_stride_));
    const int64_t whole = std::clamp(fitting / kSmallestBlock * kSmallestBlock, kSmallestBlock, kLargestWinogradBlock);
    block_tiles_ = options_.plain ? transforming_block_tiles(all, inputs_) : std::min(by_tiles ? even : all, whole);
  }
  block_ = sample_map(block_tiles_);
  add_chunks(chunk_outputs);
}

void WinogradConvolution::add_chunks(int64_t chunk_outputs) {
  ones_.assign(static_cast<size_t>(chunk_outputs + kBlock), 1.0F);
  zeros_.assign(ones_.size(), 0.0F);
  WideConvolution::Options products;
  products.kernels = options_.kernels;
  if (options_.weights) products.weights = &options_.weights->packed();
  products.map = &block_;
  products.output_stride = output_stride_;
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  products.epilogue = {ones_.data(), zeros_.data(), -kInfinity, kInfinity};
  if (is_grouped()) {
    products.parts.push_back({0, input_stride_, 0, options_.group_size});
  } else {
    int64_t position = 0;
    for (const InputPart& part : options_.parts) {
      products.parts.push_back({position, input_stride_, part.weight_channel, part.channels});
      position += part.channels;
    }
  }
  const bool narrow = options_.plain || (products.parts.size() == 1 && products.parts.front().channels <= kNarrowWinogradInputs);
  for (int64_t first = 0; first < options_.outputs; first += chunk_outputs) {
    Chunk chunk;
    chunk.first = first;
    chunk.outputs = std::min(chunk_outputs, options_.outputs - first);
    if (!narrow) {
      products.first_output = first;
      products.outputs = chunk.outputs;
      chunk.products.emplace(products);
    }
    chunks_.push_back(std::move(chunk));
  }
}

int64_t WinogradConvolution::work(int64_t images) const {
  return divide_up(tiles(images), block_tiles_) * static_cast<int64_t>(chunks_.size());
}

class WinogradConvolution::Cursor {
 public:
  /// `shift`: from a tile's first output to the pixel, in both dimensions.
  Cursor(const WinogradConvolution& step, const ImageLayout& layout, int64_t tile, int64_t shift) : columns_(step.columns_) {
    const int64_t row = tile / columns_, image = row / step.rows_, y = 2 * (row % step.rows_) + shift;
    column_ = tile % columns_;
    left_row_ = step.rows_ - row % step.rows_;
    rows_ = step.rows_;
    pixel_ = (image * layout.padded(0) + layout.low_halo[0] + y) * layout.padded(1) + layout.low_halo[1] + 2 * column_ + shift;
    to_next_row_ = 2 * layout.padded(1) - 2 * (columns_ - 1);
    to_next_image_ = (layout.padded(0) - 2 * (rows_ - 1)) * layout.padded(1) - 2 * (columns_ - 1);
  }
  int64_t pixel() const { return pixel_; }
  void advance() {
    if (++column_ < columns_) {
      pixel_ += 2;
      return;
    }
    column_ = 0;
    if (--left_row_ > 0) {
      pixel_ += to_next_row_;
    } else {
      left_row_ = rows_;
      pixel_ += to_next_image_;
    }
  }

 private:
  int64_t columns_, rows_, column_, left_row_, pixel_, to_next_row_, to_next_image_;
};

void WinogradConvolution::transform_inputs(const StepBuffers& buffers, int64_t first_tile, int64_t count, const Chunk& chunk,
                                           float* transformed) const {
  WinogradInputTile call;
  call.position_stride = block_tiles_ * input_stride_;
  Cursor corner(*this, options_.input, first_tile, -1);
  for (int64_t t = 0; t < count; ++t, corner.advance()) {
    call.output = transformed + t * input_stride_;
    for (const InputPart& part : options_.parts) {
      call.input = buffers.input + part.offset + (is_grouped() ? chunk.first : 0) + corner.pixel() * part.pixel_stride;
      call.pixel_stride = part.pixel_stride;
      call.row_stride = options_.input.padded(1) * part.pixel_stride;
      call.channels = is_grouped() ? chunk.outputs : part.channels;
      options_.kernels->winograd_input(call);
      call.output += part.channels;
    }
  }
}

void WinogradConvolution::multiply_block(int64_t first_output, float* filters, WinogradProductTile& call) const {
  const KernelSet& kernels = *options_.kernels;
  const int64_t block = first_output / kBlock, first_weight = is_grouped() ? 0 : options_.parts.front().weight_channel * kBlock;
  if (options_.plain) {
    const float* const weights = options_.plain->data() + first_weight + block * options_.plain->block_stride();
    kernels.winograd_filters({weights, options_.plain->tap_stride(), inputs_, filters, filter_stride()});
    call.weights = filters;
    call.weight_position_stride = filter_stride();
    const bool is_last = first_output + kBlock >= options_.outputs;
    call.ahead = is_last ? nullptr : weights + options_.plain->block_stride();  // which come from memory in the meantime
    call.ahead_stride = options_.plain->tap_stride();
  } else {
    call.weights = options_.weights->packed().data() + first_weight + block * options_.weights->packed().block_stride();
    call.weight_position_stride = options_.weights->position_stride();
  }
  (options_.group_size == 8 ? kernels.winograd_products_of_8 : kernels.winograd_products)(call);
}

void WinogradConvolution::multiply(const Chunk& chunk, int64_t count, const float* transformed, float* products, float* filters) const {
  const int64_t input_positions = block_tiles_ * input_stride_, output_positions = block_tiles_ * output_stride_;
  if (chunk.products) {
    for (int64_t p = 0; p < kWinogradPositions; ++p) {
      StepBuffers position;
      position.input = transformed + p * input_positions;
      position.output = products + p * output_positions;
      position.weight_shift = p * options_.weights->position_stride();
      chunk.products->run(position, {0, chunk.products->work(count)}, count);
    }
    return;
  }
  WinogradProductTile call;
  call.input = transformed;
  call.input_stride = input_stride_;
  call.input_position_stride = input_positions;
  call.output_stride = output_stride_;
  call.output_position_stride = output_positions;
  call.tiles = count;
  call.inputs = is_grouped() ? options_.group_size : inputs_;
  for (int64_t output = 0; output < chunk.outputs; output += kBlock) {
    call.output = products + output;
    multiply_block(chunk.first + output, filters, call);
  }
}

void WinogradConvolution::transform_outputs(const StepBuffers& buffers, int64_t first_tile, int64_t count, const Chunk& chunk,
                                            const float* products) const {
  WinogradOutputTile call;
  call.position_stride = block_tiles_ * output_stride_;
  call.pixel_stride = options_.output_stride;
  call.row_stride = options_.output.padded(1) * options_.output_stride;
  call.channels = chunk.outputs;
  call.epilogue = options_.epilogue;
  call.epilogue.scale += chunk.first;
  call.epilogue.shift += chunk.first;
  call.residual_pixel_stride = options_.residual_stride;
  if (options_.adds_residual) call.residual_row_stride = options_.residual.padded(1) * options_.residual_stride;
  Cursor to(*this, options_.output, first_tile, 0),
      residual(*this, options_.adds_residual ? options_.residual : options_.output, first_tile, 0);
  for (int64_t t = 0; t < count; ++t, to.advance(), residual.advance()) {
    call.input = products + t * output_stride_;
    call.output = buffers.output + to.pixel() * options_.output_stride + chunk.first;
    if (options_.adds_residual) call.residual = buffers.residual + residual.pixel() * options_.residual_stride + chunk.first;
    options_.kernels->winograd_output(call);
  }
}

void WinogradConvolution::run(const StepBuffers& buffers, Share share, int64_t images, float* scratch) const {
  const auto chunks = static_cast<int64_t>(chunks_.size());
  float* const products = scratch + kWinogradPositions * block_tiles_ * input_stride_;
  int64_t transformed = -1;  // block whose inputs are in the scratch
  for (int64_t unit = share.begin; unit < share.end; ++unit) {
    const int64_t block = unit / chunks, first = block * block_tiles_, count = std::min(block_tiles_, tiles(images) - first);
    const Chunk& chunk = chunks_[static_cast<size_t>(unit % chunks)];
    if (block != transformed || is_grouped()) transform_inputs(buffers, first, count, chunk, scratch);
    transformed = block;
    multiply(chunk, count, scratch, products, scratch + transforms_floats());
    transform_outputs(buffers, first, count, chunk, products);
  }
}

}  // namespace tnn::kernels
