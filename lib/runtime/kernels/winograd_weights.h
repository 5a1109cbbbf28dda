#pragma once

#include <vector>

#include "runtime/kernels/kernel_set.h"
#include "runtime/kernels/packed_weights.h"
#include "runtime/kernels/window_map.h"

namespace tnn::kernels {

constexpr int kWinogradPositions = 16;
/// Up to so many inputs in one part have a kernel for their products that goes through all positions.
constexpr int64_t kNarrowWinogradInputs = 64;
constexpr int64_t kLargestWinogradBlock = 96;  ///< tiles that are transformed together

/// The transformed weights, once for all widths: [position][output / 16][input][16], of 16 positions; of grouped layers
/// [output / 16][position][input][16].
class WinogradWeights {
 public:
  /// From `source` [outputs][inputs][3][3]; of grouped layers: inputs of a group.
  WinogradWeights(const float* source, int64_t outputs, int64_t inputs, bool grouped);

  const PackedWeights& packed() const { return packed_; }
  /// Numbers between the weights of two positions.
  int64_t position_stride() const { return position_stride_; }
  size_t bytes() const { return packed_.bytes(); }

 private:
  PackedWeights packed_;
  int64_t position_stride_ = 0;
};

/// Whether a window over maps of that extent can be computed so: 3x3, stride 1, padding 1, an even number of rows and columns.
bool winograd_fits(const Window& window, const std::vector<int64_t>& extent);

/// Whether a layer of such groups can be: as many inputs as outputs, 8 or a multiple of 16.
bool winograd_fits_groups(int64_t inputs_per_group, int64_t outputs_per_group);

/// Estimated cycles of a layer over so many tiles, to be held against wide_cycles().
/// `one_part`: the inputs lie side by side.
double winograd_cycles(const KernelSet& set, int64_t tiles, int64_t inputs, int64_t outputs, bool one_part);
/// Tiles that are transformed together where filters are, too, and that for each such block: even ones, as large as caches allow.
int64_t transforming_block_tiles(int64_t tiles, int64_t inputs);
/// The same where inputs lie in one part and filters are transformed as it runs.
double transforming_winograd_cycles(const KernelSet& set, int64_t tiles, int64_t inputs, int64_t outputs);
/// The same as winograd_cycles of a grouped layer.
double grouped_winograd_cycles(const KernelSet& set, int64_t tiles, int64_t group_size, int64_t channels);

}  // namespace tnn::kernels
