#pragma once

#include <optional>

#include "runtime/kernels/convolution.h"
#include "runtime/kernels/winograd_weights.h"

namespace tnn::kernels {

/// A 3x3 convolution of stride 1 by minimal filtering, F(2x2, 3x3) (Winograd; Lavin and Gray 2016): maps are cut into tiles of 2x2 outputs,
/// the 4x4 inputs of a tile are transformed, 16 matrix products over the channels take the place of 36, and their results are transformed
/// back. Rounding errors in fp32 stay below some 10^-6 of the largest output. Channels are not touched by the transforms, so that a prefix
/// of the transformed weights is the transformed prefix.
///
/// This is one at an operating point. Running allocates nothing; each thread brings its own scratch.
class WinogradConvolution {
 public:
  struct Options {
    const KernelSet* kernels = nullptr;
    const WinogradWeights* weights = nullptr;
    /// In their place the weights as they are, whose filters are transformed each time that it runs, which takes no memory, and pays where
    /// the products of the map's tiles outweigh the transform. Of inputs in one part, not grouped.
    const PackedWeights* plain = nullptr;
    ImageLayout input, output, residual;  ///< how pixels are numbered; `input` has a halo of at least 1
    std::vector<InputPart> parts;         ///< wide
    int64_t images = 1;                   ///< at most
    int threads = 1;                      ///< among which the work is to be shared
    int64_t outputs = 0;                  ///< active, the first of the layer
    int64_t group_size = 0;  ///< inputs and outputs of a group, whole ones of which are active; 0: every output sees all inputs
    int64_t output_stride = 0, residual_stride = 0;
    bool adds_residual = false;
    Epilogue epilogue;
  };
  explicit WinogradConvolution(Options options);
  WinogradConvolution(const WinogradConvolution&) = delete;
  WinogradConvolution& operator=(const WinogradConvolution&) = delete;

  bool transforms_filters() const { return options_.plain != nullptr; }
  /// Units among which threads share the step.
  int64_t work(int64_t images) const;
  /// `scratch`: scratch_floats() floats of the calling thread alone.
  void run(const StepBuffers& buffers, Share share, int64_t images, float* scratch) const;
  int64_t scratch_floats() const { return transforms_floats() + (options_.plain ? kWinogradPositions * filter_stride() : 0); }

 private:
  /// Outputs that are computed together; of grouped layers, whose inputs are transformed for them alone.
  struct Chunk {
    int64_t first = 0, outputs = 0;
    std::optional<WideConvolution> products;  ///< where there are many inputs
  };
  /// Goes from tile to tile, and knows the upper left pixel of each.
  class Cursor;
  bool is_grouped() const { return options_.group_size > 0; }
  /// Of inputs and products in the scratch; behind these lie the filters of one block of outputs, where they are transformed.
  int64_t transforms_floats() const { return kWinogradPositions * block_tiles_ * (input_stride_ + output_stride_); }
  /// Between two positions of a block's filters: cache lines of all 16, which are written together, are not to lie in one set.
  int64_t filter_stride() const { return (inputs_ | 1) * kBlock; }
  void check() const;
  void choose_blocks();
  void add_chunks(int64_t chunk_outputs);
  int64_t tiles(int64_t images) const { return images * rows_ * columns_; }
  void transform_inputs(const StepBuffers& buffers, int64_t first_tile, int64_t count, const Chunk& chunk, float* transformed) const;
  void multiply(const Chunk& chunk, int64_t count, const float* transformed, float* products, float* filters) const;
  /// A block of 16 outputs by a kernel that goes through all positions.
  void multiply_block(int64_t first_output, float* filters, WinogradProductTile& call) const;
  void transform_outputs(const StepBuffers& buffers, int64_t first_tile, int64_t count, const Chunk& chunk, const float* products) const;

  Options options_;
  int64_t rows_ = 0, columns_ = 0;                ///< tiles of a map
  int64_t inputs_ = 0;                            ///< that are transformed together
  int64_t block_tiles_ = 0;                       ///< whose transforms are in the scratch together
  int64_t input_stride_ = 0, output_stride_ = 0;  ///< of a tile in the scratch
  WindowMap block_;                               ///< the tiles of a block, each a pixel
  std::vector<float> ones_, zeros_;               ///< the products have no epilogue of their own
  std::vector<Chunk> chunks_;
};

}  // namespace tnn::kernels
