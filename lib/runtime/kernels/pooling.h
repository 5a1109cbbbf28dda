#pragma once

#include "runtime/kernels/convolution.h"

namespace tnn::kernels {

/// Which input pixels each output pixel of a pooling reduces, those outside the image left out; the same for every operating point.
struct PoolMap {
  int64_t images = 1;
  std::vector<int32_t> input;  ///< one output pixel's after another's
  std::vector<size_t> first;   ///< of each output pixel, and the end
  std::vector<int32_t> output;
  std::vector<float> factor;  ///< average: one over the window's size, padding counted (not what ceil_mode adds beyond it)
};

PoolMap pool_map(const Window& window, const ImageLayout& input, const ImageLayout& output, int64_t images);
/// Nearest-neighbour interpolation as a pooling of one input pixel each.
PoolMap upsampling_map(int64_t factor, const ImageLayout& input, const ImageLayout& output, int64_t images);
PoolMap global_pool_map(const ImageLayout& input, const ImageLayout& output, int64_t images);

/// Pooling of wide values, 2d or 3d. `channels` are rounded up to 16 (the tail rule in tiles.h). Shares are of the output pixels.
struct PoolStep {
  const KernelSet* kernels = nullptr;
  const PoolMap* map = nullptr;
  PoolKind kind = PoolKind::max;
  int64_t channels = 0, input_stride = 0, output_stride = 0;

  /// Output pixels of the first `images` of the map, or all of it.
  int64_t work(int64_t images) const { return static_cast<int64_t>(map->output.size()) / map->images * images; }
  int64_t work() const { return work(map->images); }
  void run(const StepBuffers& buffers, Share share) const;
};

}  // namespace tnn::kernels
