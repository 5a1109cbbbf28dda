#include "runtime/kernels/convolution.h"

#include <algorithm>
#include <limits>
#include <type_traits>

#include "core/error.h"

namespace tnn::kernels {
namespace {

constexpr int64_t kShortSegment = 8;        ///< channels up to which segments are gone through step by step
constexpr int64_t kBlockBytes = 320 << 10;  ///< of a block's inputs: a part of the second-level cache

int64_t active_inputs(const std::vector<InputPart>& parts) {
  int64_t channels = 0;
  for (const InputPart& part : parts) channels += part.channels;
  return channels;
}

template <typename Options>
WideWork work_of(const Options& options) {
  size_t pixels = 1, taps = 1;
  for (const PixelRun& run : options.map->runs) {
    pixels = std::max(pixels, run.pixels);
    taps = std::max(taps, run.taps);
  }
  const int64_t inputs = (active_inputs(options.parts) + options.weights->kPair - 1) / options.weights->kPair;  // passes of the inner loop
  return {static_cast<int64_t>(pixels), options.outputs, inputs * static_cast<int64_t>(taps),
          static_cast<double>(inputs) / static_cast<double>(std::max<size_t>(1, options.parts.size()))};
}

/// Where a share of a step stands: tile after tile of a block, so in every run, so for every chunk of outputs, block after block.
/// Counted on, not divided for each tile: a tile of few channels takes no longer than some divisions.
struct Cursor {
  int64_t tiles, block, runs, chunks;  ///< tiles of a run and, no more than those, of a block
  int64_t block_begin = 0, block_end = 0;
  int64_t tile = 0, run = 0, chunk = 0;

  void go_to(int64_t item) {
    block_begin = item / (block * runs * chunks) * block;
    block_end = std::min(tiles, block_begin + block);
    const int64_t in_block = block_end - block_begin, before = item - block_begin * runs * chunks;
    tile = block_begin + before % in_block;
    run = before / in_block % runs;
    chunk = before / (in_block * runs);
  }

  /// `by` tiles, no more than the block has left.
  void advance(int64_t by) {
    if ((tile += by) < block_end) return;
    tile = block_begin;
    if (++run < runs) return;
    run = 0;
    if (++chunk < chunks) return;
    chunk = 0;
    tile = block_begin = block_end;
    block_end = std::min(tiles, block_begin + block);
  }
};

void compute(const KernelSet& kernels, const WideTile& tile, int pixels, int vectors) { kernels.wide[pixels][vectors](tile); }
void compute(const KernelSet&, const Bf16Tile& tile, int pixels, int vectors) { bf16_kernel_set()->wide[pixels][vectors](tile); }

}  // namespace

template <typename Element>
BasicWideConvolution<Element>::BasicWideConvolution(Options options) : options_(std::move(options)) {
  check();
  tiling_ = choose_wide_tiling(*options_.kernels, work_of(options_), options_.tiling_rank);
  choose_remainders();
  for (const PixelRun& run : options_.map->runs) add_run(run);
  if constexpr (std::is_same_v<Element, float>) add_steps();
  choose_block();
}

template <typename Element>
void BasicWideConvolution<Element>::choose_block() {
  const int64_t pixel_bytes = std::max<int64_t>(1, active_inputs(options_.parts)) * static_cast<int64_t>(sizeof(Element));
  block_tiles_ = std::max<int64_t>(1, kBlockBytes / (pixel_bytes * tiling_.pixels));
  if (runs_.size() > 1) block_tiles_ = std::numeric_limits<int64_t>::max() / 2;  // every run reads the same few pixels
}

template <typename Element>
void BasicWideConvolution<Element>::choose_remainders() {
  for (int left = 1; left <= tiling_.pixels; ++left) {
    remainder_[left] = tile_pixels_at_most(*options_.kernels, tiling_.chunks, left);
    remainder_tiles_[left] = 1 + remainder_tiles_[left - remainder_[left]];
  }
}

template <typename Element>
int64_t BasicWideConvolution<Element>::tiles_in_run(int64_t images) const {
  const int64_t pixels = images * static_cast<int64_t>(runs_.front().pixels_per_image);
  return pixels / tiling_.pixels + remainder_tiles_[pixels % tiling_.pixels];
}

template <typename Element>
int64_t BasicWideConvolution<Element>::work(int64_t images) const {
  return static_cast<int64_t>(tiling_.chunks.size() * runs_.size()) * tiles_in_run(images);
}

template <typename Element>
typename BasicWideConvolution<Element>::Tile BasicWideConvolution<Element>::tile(int64_t index, int64_t pixels, int64_t whole) const {
  if (index < whole) return {index * tiling_.pixels, tiling_.pixels};
  int64_t first = whole * tiling_.pixels;
  for (int64_t before = index - whole; before > 0; --before) first += remainder_[pixels - first];
  return {first, remainder_[pixels - first]};
}

template <typename Element>
double BasicWideConvolution<Element>::estimated_cycles() const {
  return wide_cycles(*options_.kernels, work_of(options_)) * static_cast<double>(options_.map->runs.size());
}

template <typename Element>
void BasicWideConvolution<Element>::check() const {
  const auto& weights = *options_.weights;
  if (weights.kPair == 2 && (!bf16_kernel_set() || options_.kernels != &best_kernel_set() || options_.channel_stride != 1))
    throw UsageError("wide convolution: bf16 needs a processor with AVX512_BF16, its best kernel set, and wide input");
  if (options_.outputs < 1 || options_.first_output % kBlock != 0 || options_.first_output + options_.outputs > weights.outputs())
    throw UsageError("wide convolution: the active outputs must lie in the layer's and begin at a block of 16");
  if (!options_.exact_outputs && options_.output_stride < round_up(options_.outputs, kBlock))
    throw UsageError("wide convolution: the output's pixel stride must hold the outputs rounded up to 16");
  for (const InputPart& part : options_.parts)
    if (part.weight_channel < 0 || part.channels < 1 || part.weight_channel + part.channels > weights.inputs())
      throw UsageError("wide convolution: an input part lies outside the layer's inputs");
  for (const InputPart& part : options_.parts)
    if (part.weight_channel % weights.kPair != 0) throw UsageError("wide convolution: in bf16 an input part begins at an even channel");
  for (const Tap& tap : options_.map->taps)
    if (tap.index >= weights.taps()) throw UsageError("wide convolution: the window has more taps than the weights");
}

template <typename Element>
void BasicWideConvolution<Element>::add_run(const PixelRun& run) {
  const size_t first_segment = segments_.size();
  for (size_t t = run.first_tap; t < run.first_tap + run.taps; ++t) {
    const Tap& tap = options_.map->taps[t];
    for (const InputPart& part : options_.parts)
      segments_.push_back({part.offset + tap.pixel_offset * part.pixel_stride,
                           tap.index * options_.weights->tap_stride() + part.weight_channel * kBlock, part.pixel_stride, part.channels});
  }
  runs_.push_back(
      {run.first_pixel, run.pixels / static_cast<size_t>(options_.map->images), first_segment, segments_.size() - first_segment});
}

template <typename Element>
void BasicWideConvolution<Element>::add_steps() {
  const auto breaks = [&](const Segment& segment) {
    return segment.channels > kShortSegment || segment.pixel_stride != segments_.front().pixel_stride;
  };
  if (segments_.size() == runs_.size() || std::any_of(segments_.begin(), segments_.end(), breaks)) return;
  for (Run& run : runs_) {
    run.first_step = steps_.size();
    for (size_t s = run.first_segment; s < run.first_segment + run.segments; ++s)
      for (int64_t channel = 0; channel < segments_[s].channels; ++channel)
        steps_.push_back({segments_[s].input + channel * options_.channel_stride, segments_[s].weight + channel * kBlock});
    run.steps = steps_.size() - run.first_step;
  }
}

template <typename Element>
const Element* BasicWideConvolution<Element>::weights_ahead(int64_t tile, int64_t next_chunk, int64_t& tiles) const {
  if (next_chunk == static_cast<int64_t>(tiling_.chunks.size())) return nullptr;
  const OutputChunk& next = tiling_.chunks[static_cast<size_t>(next_chunk)];
  const int64_t lanes = options_.kernels->lanes, first = next.first * lanes / kBlock;
  const int64_t blocks = divide_up((next.first + next.vectors) * lanes, kBlock) - first;
  if (tile > blocks) return nullptr;
  tiles = std::min(tiles, tile == 0 ? 1 : blocks - tile + 1);
  if (tile == 0) return nullptr;
  return options_.weights->data() + (options_.first_output / kBlock + first + tile - 1) * options_.weights->block_stride() +
         segments_.front().weight;
}

template <typename Element>
void BasicWideConvolution<Element>::run(const BasicStepBuffers<Element>& buffers, Share share, int64_t images) const {
  if (share.begin >= share.end) return;
  const KernelSet& kernels = *options_.kernels;
  const int64_t pixels = images * static_cast<int64_t>(runs_.front().pixels_per_image), whole = pixels / tiling_.pixels;
  const int64_t in_run = tiles_in_run(images);
  Cursor at{in_run, std::min(block_tiles_, in_run), static_cast<int64_t>(runs_.size()), static_cast<int64_t>(tiling_.chunks.size())};
  at.go_to(share.begin);
  const bool asks_ahead =
      sizeof(Element) == sizeof(float) && segments_.size() == 1 && options_.channel_stride == 1 && tiling_.chunks.size() > 1;
  BasicWideTile<Element> call;
  call.input = buffers.input;
  call.channel_stride = options_.channel_stride;
  call.block_stride = options_.weights->block_stride();
  call.output_stride = options_.output_stride;
  call.residual_stride = options_.residual_stride;
  call.epilogue = options_.epilogue;
  for (int64_t item = share.begin; item < share.end; item += call.tiles, at.advance(call.tiles)) {
    const OutputChunk& chunk = tiling_.chunks[static_cast<size_t>(at.chunk)];
    const Run& run = runs_[static_cast<size_t>(at.run)];
    const Tile place = tile(at.tile, pixels, whole);
    const size_t first_pixel = run.first_pixel + static_cast<size_t>(place.first);
    const int64_t channel = static_cast<int64_t>(chunk.first) * kernels.lanes;
    call.tiles = options_.exact_outputs || at.tile >= whole ? 1 : std::min({whole, at.block_end, at.tile + share.end - item}) - at.tile;
    call.input_pixels = options_.map->input.data() + first_pixel;
    call.output_pixels = options_.map->output.data() + first_pixel;
    call.segments = segments_.data() + run.first_segment;
    call.segment_count = static_cast<int64_t>(run.segments);
    if (!steps_.empty()) call.steps = steps_.data() + run.first_step;
    call.step_count = static_cast<int64_t>(run.steps);
    call.weights = options_.weights->data() + buffers.weight_shift + (options_.first_output + channel) / kBlock * call.block_stride;
    if (asks_ahead) {
      call.ahead = weights_ahead(at.tile - at.block_begin, at.chunk + 1, call.tiles);
      if (call.ahead) call.ahead += buffers.weight_shift;
    }
    call.output = buffers.output + channel;
    call.epilogue.scale = options_.epilogue.scale + channel;
    call.epilogue.shift = options_.epilogue.shift + channel;
    if (options_.residual) {
      call.residual = buffers.residual + channel;
      call.residual_pixels = options_.residual->data() + first_pixel;
    }
    if (options_.exact_outputs)
      run_exactly(call, chunk, place.pixels);
    else
      compute(kernels, call, place.pixels, chunk.vectors);
  }
}

template <typename Element>
void BasicWideConvolution<Element>::run_exactly(BasicWideTile<Element> call, const OutputChunk& chunk, int tile_pixels) const {
  constexpr int64_t kScratchStride = kMaxTileVectors * kBlock;
  static constexpr int32_t kScratchPixels[kMaxTilePixels] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
  alignas(64) Element scratch[kMaxTilePixels * kScratchStride];
  Element* const output = call.output;
  const int32_t* const pixels = call.output_pixels;
  call.output = scratch;
  call.output_pixels = kScratchPixels;
  call.output_stride = kScratchStride;
  compute(*options_.kernels, call, tile_pixels, chunk.vectors);
  const int64_t lanes = options_.kernels->lanes;
  const int64_t channels = std::min(chunk.vectors * lanes, options_.outputs - chunk.first * lanes);
  for (int64_t p = 0; p < tile_pixels; ++p)
    std::copy_n(scratch + p * kScratchStride, channels, output + pixels[p] * options_.output_stride);
}

template class BasicWideConvolution<float>;
template class BasicWideConvolution<Bf16>;

}  // namespace tnn::kernels
