#pragma once

#include "runtime/kernels/convolution.h"

namespace tnn::kernels {

/// A 3x3 convolution of stride 1 by minimal filtering, F(2x2, 3x3) (Winograd; Lavin and Gray 2016): maps are cut into tiles of 2x2 outputs,
/// the 4x4 inputs of a tile are transformed, 16 matrix products over the channels take the place of 36, and their results are transformed
/// back. Rounding errors in fp32 stay below some 10^-6 of the largest output. Channels are not touched by the transforms, so that a prefix
/// of the transformed weights is the transformed prefix.
constexpr int kWinogradPositions = 16;

/// The transformed weights, once for all widths: for each of 16 positions packed like those of a 1x1 convolution.
class WinogradWeights {
 public:
  /// From `source` [outputs][inputs][3][3].
  WinogradWeights(const float* source, int64_t outputs, int64_t inputs);

  /// The positions one after another, each with its outputs rounded up to 16.
  const PackedWeights& packed() const { return packed_; }
  /// Numbers between the weights of two positions.
  int64_t position_stride() const { return packed_.outputs() / kWinogradPositions / kBlock * packed_.block_stride(); }
  size_t bytes() const { return packed_.bytes(); }

 private:
  PackedWeights packed_;
};

/// Whether a window over maps of that extent can be computed so: 3x3, stride 1, padding 1, an even number of rows and columns.
bool winograd_fits(const Window& window, const std::vector<int64_t>& extent);

/// Estimated cycles of a layer over so many tiles, to be held against wide_cycles().
double winograd_cycles(const KernelSet& set, int64_t tiles, int64_t inputs, int64_t outputs);

/// Such a convolution at one operating point. Running allocates nothing; each thread brings its own scratch.
class WinogradConvolution {
 public:
  struct Options {
    const KernelSet* kernels = nullptr;
    const WinogradWeights* weights = nullptr;
    ImageLayout input, output, residual;  ///< how pixels are numbered; `input` has a halo of at least 1
    std::vector<InputPart> parts;         ///< wide
    int64_t images = 1;                   ///< at most
    int threads = 1;                      ///< among which the work is to be shared
    int64_t outputs = 0;                  ///< active, the first of the layer
    int64_t output_stride = 0, residual_stride = 0;
    bool adds_residual = false;
    Epilogue epilogue;
  };
  explicit WinogradConvolution(Options options);
  WinogradConvolution(const WinogradConvolution&) = delete;
  WinogradConvolution& operator=(const WinogradConvolution&) = delete;

  /// Units among which threads share the step.
  int64_t work(int64_t images) const;
  /// `scratch`: scratch_floats() floats of the calling thread alone.
  void run(const StepBuffers& buffers, Share share, int64_t images, float* scratch) const;
  int64_t scratch_floats() const { return kWinogradPositions * block_tiles_ * (input_stride_ + output_stride_); }

 private:
  struct Columns {
    int64_t first = 0;  ///< output
    WideConvolution products;
  };
  int64_t tiles(int64_t images) const { return images * rows_ * columns_; }
  void transform_inputs(const StepBuffers& buffers, int64_t first_tile, int64_t count, float* transformed) const;
  void transform_outputs(const StepBuffers& buffers, int64_t first_tile, int64_t count, int64_t first_output, int64_t outputs,
                         const float* products) const;
  int64_t pixel(const ImageLayout& layout, int64_t tile, int64_t shift) const;

  Options options_;
  int64_t rows_ = 0, columns_ = 0;                ///< tiles of a map
  int64_t inputs_ = 0;                            ///< active
  int64_t block_tiles_ = 0;                       ///< whose transforms are in the scratch together
  int64_t input_stride_ = 0, output_stride_ = 0;  ///< of a tile in the scratch
  WindowMap block_;                               ///< the tiles of a block, each a pixel
  std::vector<float> ones_, zeros_;               ///< the products have no epilogue of their own
  std::vector<Columns> chunks_;                   ///< of outputs
};

}  // namespace tnn::kernels
