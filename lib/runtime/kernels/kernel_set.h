#pragma once

#include <string>
#include <vector>

#include "runtime/kernels/tiles.h"

namespace tnn::kernels {

using WideKernel = void (*)(const WideTile&);
using PlanarKernel = void (*)(const PlanarTile&);
using LocalKernel = void (*)(const LocalTile&);
using PoolKernel = void (*)(const PoolTile&);

/// The compute kernels compiled for one instruction set. Rows work on one pixel; the number of channels is rounded up to whole vectors.
struct KernelSet {
  const char* name = "";
  int lanes = 0;  ///< floats in a native vector

  /// Runs FMAs in registers, stores `lanes` sums and returns the floating-point operations done: the peak to hold other kernels against.
  double (*fma_chains)(int64_t repeats, float* result) = nullptr;

  WideKernel wide[kMaxTilePixels + 1][kMaxTileVectors + 1] = {};  ///< [pixels][vectors], null where not made
  PlanarKernel planar[kMaxPlanarOutputs + 1][kMaxPlanarVectors + 1] = {};
  PlanarKernel planar_preactivated[kMaxPlanarOutputs + 1][kMaxPlanarVectors + 1] = {};

  LocalKernel depthwise = nullptr;                                          ///< 16 channels, any taps
  LocalKernel depthwise_nine_taps = nullptr;                                ///< 16 channels, a 3x3 filter
  LocalKernel depthwise_side_by_side = nullptr;                             ///< the same, for pixels most of which lie so
  LocalKernel grouped4 = nullptr, grouped8 = nullptr, grouped16 = nullptr;  ///< 16 outputs, groups of that many inputs and outputs

  void (*winograd_input)(const WinogradInputTile&) = nullptr;
  void (*winograd_filters)(const WinogradFilterTile&) = nullptr;
  void (*winograd_products)(const WinogradProductTile&) = nullptr;
  void (*winograd_products_of_8)(const WinogradProductTile&) = nullptr;  ///< two groups of 8 inputs and outputs
  void (*winograd_output)(const WinogradOutputTile&) = nullptr;

  PoolKernel max_pool = nullptr, average_pool = nullptr;
  void (*affine)(const AffineTile&) = nullptr;
  void (*layer_norm)(const LayerNormTile&) = nullptr;
  void (*add_row)(const float* a, const float* b, float* output, int64_t channels, float lower, float upper) = nullptr;
  void (*limit_row)(const float* input, float* output, int64_t channels, float lower, float upper) = nullptr;
};

/// The sets that this program holds and this processor can run, fastest first; "scalar" is always the last.
const std::vector<const KernelSet*>& available_kernel_sets();

/// The fastest one.
const KernelSet& best_kernel_set();

/// The set of that name ("avx512", "avx2", "neon", "scalar"). Throws UsageError, naming the available ones, for any other.
const KernelSet& kernel_set(const std::string& name);

/// Wide kernels on bf16 values, for processors that multiply them (AVX512_BF16): the same tiles as KernelSet::wide of "avx512".
struct Bf16KernelSet {
  void (*wide[kMaxTilePixels + 1][kMaxTileVectors + 1])(const Bf16Tile&) = {};
  void (*to_bf16)(const float* from, Bf16* to, int64_t count) = nullptr;  ///< rounds to nearest even; exactly `count` values
  void (*to_float)(const Bf16* from, float* to, int64_t count) = nullptr;
};

/// Null where this processor has none.
const Bf16KernelSet* bf16_kernel_set();

/// How many native FMAs of the set this processor starts in a cycle: 2, or 1 where it executes 512 bits in two halves (AMD's Zen 4).
double fmas_per_cycle(const KernelSet& set);

}  // namespace tnn::kernels
