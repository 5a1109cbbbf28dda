#include "runtime/kernels/winograd.h"

#include <algorithm>
#include <limits>

#include "core/error.h"

namespace tnn::kernels {
namespace {

constexpr int64_t kScratchFloats = 96 * 1024;  ///< both transforms of a block: they are to stay in the second-level cache
constexpr int64_t kSmallestBlock = 12, kLargestBlock = 96;
constexpr int64_t kUnits = 4, kUnitsPerThread = 2;       ///< of work that a step should have at least
constexpr int64_t kChunkOutputs = 64;                    ///< from here on a unit's own transform of the inputs costs little
constexpr int64_t kSharedChunkOutputs = 32;              ///< and from here on less than a thread that waits
constexpr double kInputCycles = 40, kOutputCycles = 36;  ///< of a tile and 16 channels

/// G g G^T of one filter.
void transform_filter(const float* g, double (&result)[kWinogradPositions]) {
  double rows[4][3];
  for (int x = 0; x < 3; ++x) {
    const double a = g[x], b = g[3 + x], c = g[6 + x];
    rows[0][x] = a;
    rows[1][x] = (a + b + c) / 2;
    rows[2][x] = (a - b + c) / 2;
    rows[3][x] = c;
  }
  for (int y = 0; y < 4; ++y) {
    const double a = rows[y][0], b = rows[y][1], c = rows[y][2];
    result[4 * y] = a;
    result[4 * y + 1] = (a + b + c) / 2;
    result[4 * y + 2] = (a - b + c) / 2;
    result[4 * y + 3] = c;
  }
}

int64_t divide_up(int64_t a, int64_t b) { return (a + b - 1) / b; }

int64_t count_channels(const std::vector<InputPart>& parts) {
  int64_t channels = 0;
  for (const InputPart& part : parts) channels += part.channels;
  return channels;
}

}  // namespace

WinogradWeights::WinogradWeights(const float* source, int64_t outputs, int64_t inputs) {
  const int64_t rows = round_up(outputs, kBlock);
  std::vector<float> transformed(static_cast<size_t>(kWinogradPositions * rows * inputs));
  for (int64_t o = 0; o < outputs; ++o)
    for (int64_t i = 0; i < inputs; ++i) {
      double filter[kWinogradPositions];
      transform_filter(source + (o * inputs + i) * 9, filter);
      for (int p = 0; p < kWinogradPositions; ++p)
        transformed[static_cast<size_t>((p * rows + o) * inputs + i)] = static_cast<float>(filter[p]);
    }
  packed_ = PackedWeights(transformed.data(), kWinogradPositions * rows, inputs, 1);
}

bool winograd_fits(const Window& window, const std::vector<int64_t>& extent) {
  const std::vector<int64_t> one{1, 1};
  return window.kernel == std::vector<int64_t>{3, 3} && window.stride == one && window.padding == one && window.dilation == one &&
         extent[0] % 2 == 0 && extent[1] % 2 == 0;
}

double winograd_cycles(const KernelSet& set, int64_t tiles, int64_t inputs, int64_t outputs) {
  const auto blocks = [](int64_t channels) { return static_cast<double>((channels + kBlock - 1) / kBlock); };
  const double vectors = 16.0 / set.lanes;
  WideWork work;
  work.pixels = std::min(tiles, kLargestBlock);
  work.outputs = outputs;
  work.steps = inputs;
  work.segment_length = static_cast<double>(inputs);
  const double products = kWinogradPositions * wide_cycles(set, work) * static_cast<double>(tiles) / static_cast<double>(work.pixels);
  return static_cast<double>(tiles) * vectors * (kInputCycles * blocks(inputs) + kOutputCycles * blocks(outputs)) + products;
}

WinogradConvolution::WinogradConvolution(Options options) : options_(std::move(options)) {
  if (options_.output.dimensions() != 2 || options_.output.extent[0] % 2 != 0 || options_.output.extent[1] % 2 != 0)
    throw UsageError("Winograd convolution: maps of even rows and columns are allowed");
  rows_ = options_.output.extent[0] / 2, columns_ = options_.output.extent[1] / 2;
  inputs_ = count_channels(options_.parts);
  input_stride_ = wide_pixel_stride(inputs_ + (options_.parts.size() > 1 ? kBlock - 1 : 0));
  const bool shared = options_.threads > 1;
  const int64_t all = tiles(options_.images), units = std::max(kUnits, kUnitsPerThread * options_.threads);
  const int64_t largest = shared ? std::clamp(divide_up(all, units), kSmallestBlock, kLargestBlock) : kLargestBlock;
  const int64_t even = divide_up(all, divide_up(all, largest));  // tiles of a block
  const int64_t most = std::max<int64_t>(1, options_.outputs / (shared ? kSharedChunkOutputs : kChunkOutputs));
  const int64_t chunks = std::clamp<int64_t>(units / divide_up(all, even), 1, most);
  const int64_t chunk_outputs = round_up(divide_up(options_.outputs, chunks), kBlock);
  output_stride_ = wide_pixel_stride(chunk_outputs);
  const int64_t fitting = kScratchFloats / (kWinogradPositions * (input_stride_ + output_stride_)) / kSmallestBlock * kSmallestBlock;
  block_tiles_ = std::min(shared ? even : all, std::clamp(fitting, kSmallestBlock, kLargestBlock));
  block_ = sample_map(block_tiles_);
  ones_.assign(static_cast<size_t>(chunk_outputs + kBlock), 1.0F);
  zeros_.assign(ones_.size(), 0.0F);
  int64_t position = 0;
  WideConvolution::Options products;
  for (const InputPart& part : options_.parts) {
    products.parts.push_back({position, input_stride_, part.weight_channel, part.channels});
    position += part.channels;
  }
  products.kernels = options_.kernels;
  products.weights = &options_.weights->packed();
  products.map = &block_;
  products.output_stride = output_stride_;
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  products.epilogue = {ones_.data(), zeros_.data(), -kInfinity, kInfinity};
  for (int64_t first = 0; first < options_.outputs; first += chunk_outputs) {
    products.first_output = first;
    products.outputs = std::min(chunk_outputs, options_.outputs - first);
    chunks_.push_back({first, WideConvolution(products)});
  }
}

int64_t WinogradConvolution::work(int64_t images) const {
  return (tiles(images) + block_tiles_ - 1) / block_tiles_ * static_cast<int64_t>(chunks_.size());
}

int64_t WinogradConvolution::pixel(const ImageLayout& layout, int64_t tile, int64_t shift) const {
  const int64_t image = tile / (rows_ * columns_), y = 2 * (tile / columns_ % rows_) + shift, x = 2 * (tile % columns_) + shift;
  return (image * layout.padded(0) + layout.low_halo[0] + y) * layout.padded(1) + layout.low_halo[1] + x;
}

void WinogradConvolution::transform_inputs(const StepBuffers& buffers, int64_t first_tile, int64_t count, float* transformed) const {
  WinogradInputTile call;
  call.position_stride = block_tiles_ * input_stride_;
  for (int64_t t = 0; t < count; ++t) {
    const int64_t corner = pixel(options_.input, first_tile + t, -1);
    call.output = transformed + t * input_stride_;
    for (const InputPart& part : options_.parts) {
      call.input = buffers.input + part.offset + corner * part.pixel_stride;
      call.pixel_stride = part.pixel_stride;
      call.row_stride = options_.input.padded(1) * part.pixel_stride;
      call.channels = part.channels;
      options_.kernels->winograd_input(call);
      call.output += part.channels;
    }
  }
}

void WinogradConvolution::transform_outputs(const StepBuffers& buffers, int64_t first_tile, int64_t count, int64_t first_output,
                                            int64_t outputs, const float* products) const {
  WinogradOutputTile call;
  call.position_stride = block_tiles_ * output_stride_;
  call.pixel_stride = options_.output_stride;
  call.row_stride = options_.output.padded(1) * options_.output_stride;
  call.channels = outputs;
  call.epilogue = options_.epilogue;
  call.epilogue.scale += first_output;
  call.epilogue.shift += first_output;
  for (int64_t t = 0; t < count; ++t) {
    call.input = products + t * output_stride_;
    call.output = buffers.output + pixel(options_.output, first_tile + t, 0) * options_.output_stride + first_output;
    if (options_.adds_residual) {
      call.residual = buffers.residual + pixel(options_.residual, first_tile + t, 0) * options_.residual_stride + first_output;
      call.residual_pixel_stride = options_.residual_stride;
      call.residual_row_stride = options_.residual.padded(1) * options_.residual_stride;
    }
    options_.kernels->winograd_output(call);
  }
}

void WinogradConvolution::run(const StepBuffers& buffers, Share share, int64_t images, float* scratch) const {
  const auto chunks = static_cast<int64_t>(chunks_.size());
  float* const products = scratch + kWinogradPositions * block_tiles_ * input_stride_;
  int64_t transformed = -1;  // block whose inputs are in the scratch
  for (int64_t unit = share.begin; unit < share.end; ++unit) {
    const int64_t block = unit / chunks, first = block * block_tiles_, count = std::min(block_tiles_, tiles(images) - first);
    const Columns& chunk = chunks_[static_cast<size_t>(unit % chunks)];
    const int64_t next = unit % chunks + 1 < chunks ? chunks_[static_cast<size_t>(unit % chunks + 1)].first : options_.outputs;
    if (block != transformed) transform_inputs(buffers, first, count, scratch);
    transformed = block;
    for (int64_t p = 0; p < kWinogradPositions; ++p) {
      StepBuffers position;
      position.input = scratch + p * block_tiles_ * input_stride_;
      position.output = products + p * block_tiles_ * output_stride_;
      position.weight_shift = p * options_.weights->position_stride();
      chunk.products.run(position, {0, chunk.products.work(count)}, count);
    }
    transform_outputs(buffers, first, count, chunk.first, next - chunk.first, products);
  }
}

}  // namespace tnn::kernels
