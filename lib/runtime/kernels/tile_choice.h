#pragma once

#include <cstdint>
#include <vector>

#include "runtime/kernels/kernel_set.h"

namespace tnn::kernels {

/// What the cost of a wide convolution depends on.
struct WideWork {
  int64_t pixels = 0;         ///< output pixels of one run
  int64_t outputs = 0;        ///< active output channels
  int64_t steps = 0;          ///< input channels x taps: passes of the inner loop a tile
  double segment_length = 0;  ///< mean channels of a segment
};

/// Output vectors [first, first + vectors) computed by one column of tiles.
struct OutputChunk {
  int first = 0, vectors = 0;
};

/// How a wide convolution is cut: tiles of `pixels` pixels (remainders: the largest kernels that fit), chunks of output vectors.
struct WideTiling {
  int pixels = 1;
  std::vector<OutputChunk> chunks;
};

/// The tiling with the least estimated cycles among the kernels of the set; `rank`: that many are estimated to be faster (the slowest
/// where there are not so many).
WideTiling choose_wide_tiling(const KernelSet& set, const WideWork& work, int rank = 0);

/// The largest number of pixels, at most `wanted`, that the set has a kernel for with every chunk's vectors.
int tile_pixels_at_most(const KernelSet& set, const std::vector<OutputChunk>& chunks, int wanted);

/// Tiles of outputs x pixel vectors of a planar convolution.
struct PlanarTiling {
  int outputs = 0, vectors = 0;
  double cycles = 0;  ///< estimated, of one image
};

/// The planar tiling with the least estimated cycles for work.pixels positions of a plane, halo columns between rows included.
PlanarTiling choose_planar_tiling(const KernelSet& set, const WideWork& work, bool preactivated);

/// The estimate for a wide tiling, to be held against PlanarTiling::cycles.
double wide_cycles(const KernelSet& set, const WideWork& work);

}  // namespace tnn::kernels
