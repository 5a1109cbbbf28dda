#pragma once

#include <cstdint>
#include <vector>

#include "runtime/kernels/packed_weights.h"
#include "runtime/kernels/tile_choice.h"
#include "runtime/kernels/window_map.h"

namespace tnn::kernels {

/// A stretch of a layer's active input channels that lie side by side in memory. A prefix is one part; a concatenation, or a set of groups
/// that is no prefix, is several.
struct InputPart {
  int64_t offset = 0;          ///< from the input's base to the part's first channel at pixel 0
  int64_t pixel_stride = 0;    ///< between neighbouring pixels
  int64_t weight_channel = 0;  ///< the first of its channels among the layer's inputs at full width
  int64_t channels = 0;
};

/// The memory one step works on. Pixel numbers in maps count from these.
template <typename Element>
struct BasicStepBuffers {
  const Element* input = nullptr;
  Element* output = nullptr;  ///< at the first output channel of pixel 0
  const Element* residual = nullptr;
  int64_t weight_shift = 0;  ///< from the weights named by the options, in elements
};
using StepBuffers = BasicStepBuffers<float>;

/// Share `part` of `parts` of `count` items, as even as can be: [begin, end).
struct Share {
  int64_t begin = 0, end = 0;
  bool operator==(const Share&) const = default;
};
inline Share share_of(int64_t count, int part, int parts) { return {count * part / parts, count * (part + 1) / parts}; }

/// A dense convolution or linear layer at one operating point, ready to run: which tiles, which segments. Weights, pixel lists and epilogue
/// vectors are borrowed and must outlive it. Running allocates nothing and may be done by several threads at once.
/// In bf16 (where bf16_kernel_set() is not null) `kernels` is the set "avx512", whose tilings are used.
template <typename Element>
class BasicWideConvolution {
 public:
  struct Options {
    const KernelSet* kernels = nullptr;
    const BasicPackedWeights<Element>* weights = nullptr;
    const WindowMap* map = nullptr;
    std::vector<InputPart> parts;
    int64_t channel_stride = 1;                      ///< between input channels: 1, or a plane's size where the input is planar
    int64_t first_output = 0;                        ///< of the layer's, a multiple of 16
    int64_t outputs = 0;                             ///< active output channels, from there on
    int64_t output_stride = 0;                       ///< between output pixels, at least `outputs` rounded up to 16
    const std::vector<int32_t>* residual = nullptr;  ///< pixels of the operand that is added, in the order of map->output
    int64_t residual_stride = 0;
    /// Writes the active outputs only, by way of a scratch tile: for a destination whose next channels belong to someone else. The output
    /// stride is then free.
    bool exact_outputs = false;
    Epilogue epilogue;
    int tiling_rank = 0;  ///< of choose_wide_tiling
  };
  /// Throws UsageError where the options contradict each other (more channels than weights, an output stride too small).
  explicit BasicWideConvolution(Options options);

  /// The number of tiles, the units in which the step can be divided among threads; of the first `images` of the map, or all of it.
  int64_t work(int64_t images) const;
  int64_t work() const { return work(options_.map->images); }
  /// Computes the tiles of `share`. They go through the pixels block by block, so that a block's inputs stay in the cache for all chunks of
  /// outputs; in a block tiles of one chunk follow one another, so that its weights do.
  void run(const BasicStepBuffers<Element>& buffers, Share share, int64_t images) const;
  void run(const BasicStepBuffers<Element>& buffers, Share share) const { run(buffers, share, options_.map->images); }
  const WideTiling& tiling() const { return tiling_; }
  /// Of the whole step, by the cost model of tile_choice.h.
  double estimated_cycles() const;

 private:
  /// The tiles of one run of pixels share segments.
  struct Run {
    size_t first_pixel = 0, pixels_per_image = 0;
    size_t first_segment = 0, segments = 0;
    size_t first_step = 0, steps = 0;
  };
  struct Tile {
    int64_t first = 0;
    int pixels = 0;
  };
  void add_run(const PixelRun& run);
  void choose_remainders();
  /// Writes short segments out channel by channel.
  void add_steps();
  void choose_block();
  int64_t tiles_in_run(int64_t images) const;
  /// The index-th tile of a run of `pixels` pixels, of which `whole` tiles are full.
  Tile tile(int64_t index, int64_t pixels, int64_t whole) const;
  /// What a block's tile asks for while it computes: a block of 16 outputs' weights of the next chunk, so that they come from memory during
  /// all of a chunk, and not during its first tile, which would wait. Null: nothing. `tiles`, from this one on, becomes so few that they do
  /// alike: all ask for nothing, or each for the next block.
  const Element* weights_ahead(int64_t tile, int64_t next_chunk, int64_t& tiles) const;
  void check() const;
  void run_exactly(BasicWideTile<Element> call, const OutputChunk& chunk, int pixels) const;

  Options options_;
  WideTiling tiling_;
  std::vector<Segment> segments_;
  std::vector<InputStep> steps_;
  std::vector<Run> runs_;
  int64_t block_tiles_ = 1;
  int remainder_[kMaxTilePixels + 1] = {};        ///< size of the first tile where so many pixels are left
  int remainder_tiles_[kMaxTilePixels + 1] = {};  ///< and how many tiles they take
};
using WideConvolution = BasicWideConvolution<float>;
using Bf16Convolution = BasicWideConvolution<Bf16>;
extern template class BasicWideConvolution<float>;
extern template class BasicWideConvolution<Bf16>;

}  // namespace tnn::kernels
