#include "runtime/kernels/tile_choice.h"

#include <algorithm>
#include <limits>

namespace tnn::kernels {
namespace {

constexpr double kImpossible = std::numeric_limits<double>::infinity();

/// Pixels whose addresses fit into general registers; each further one is loaded from the stack.
constexpr int kAddressRegisters = 10;

/// Cycles of a tile's beginning and end: addresses of its pixels, sums to scale and store. The next tile begins before it is over, as far
/// as the core looks ahead. That seems to be halved at times, as it is where another thread shares the core: fitted to both states.
double tile_cycles(int pixels, int vectors) {
  const double products = pixels * vectors;
  return 0.35 * pixels * pixels + products + 2 * std::max(0.0, products - 6);
}

/// Cycles of one pass of the inner loop of a pixels x vectors tile, the tile's fixed cost spread over its passes. Two loads a cycle; an
/// FMA's result is there after four; weights come from the second-level cache at 2.2 cycles a cache line. Of one pixel they come from
/// memory, and more than four blocks, a power of two apart, evict each other from the first-level cache.
double cycles_per_step(const KernelSet& set, int pixels, int vectors, const WideWork& work) {
  const double products = pixels * vectors;
  const double inputs = set.lanes == 16 && pixels > 1 ? products : pixels;  // of AVX-512 each product takes its input from memory
  const double loads = inputs + vectors + 2 * std::max(0, pixels - kAddressRegisters);
  const double weight_lines = vectors * set.lanes / 16.0;
  const double line_cycles = pixels == 1 && weight_lines > 4 ? 3.0 : 2.2;
  const double loop = std::max({products / fmas_per_cycle(set), loads / 2, 4.0, line_cycles * weight_lines});
  const double segment = pixels == 1 ? 6.0 : 1.0;
  return loop + 0.1 + 0.06 * weight_lines + segment / std::max(1.0, work.segment_length) +
         tile_cycles(pixels, vectors) / static_cast<double>(std::max<int64_t>(1, work.steps));
}

int vectors_of(const KernelSet& set, int64_t outputs) { return static_cast<int>((outputs + set.lanes - 1) / set.lanes); }

/// Cuts `vectors` output vectors into even chunks of at most `largest`, each at the start of a block of 16 outputs.
std::vector<OutputChunk> even_chunks(const KernelSet& set, int vectors, int largest) {
  const int per_block = kBlock / set.lanes, parts = (vectors + largest - 1) / largest;
  std::vector<OutputChunk> chunks;
  for (int first = 0, part = 0; first < vectors; ++part) {
    const int left = vectors - first, parts_left = std::max(1, parts - part);
    int size = (left + parts_left - 1) / parts_left;
    if (size < left) size = (size + per_block - 1) / per_block * per_block;
    size = std::min(size, left);
    chunks.push_back({first, size});
    first += size;
  }
  return chunks;
}

/// Widens each chunk to the next kernel there is, which computes up to the end of the block of 16 only; false where there is none.
bool fit_chunks(const KernelSet& set, int pixels, std::vector<OutputChunk>& chunks) {
  for (OutputChunk& chunk : chunks) {
    const int per_block = kBlock / set.lanes, limit = (chunk.vectors + per_block - 1) / per_block * per_block;
    while (chunk.vectors <= kMaxTileVectors && !set.wide[pixels][chunk.vectors])
      if (++chunk.vectors > limit) return false;
    if (chunk.vectors > kMaxTileVectors) return false;
  }
  return true;
}

double tiling_cycles(const KernelSet& set, const WideTiling& tiling, const WideWork& work) {
  double total = 0;
  for (int64_t left = work.pixels; left > 0;) {
    const int64_t wanted = std::min<int64_t>(left, tiling.pixels);
    const int pixels = tile_pixels_at_most(set, tiling.chunks, static_cast<int>(wanted));
    if (pixels == 0) return kImpossible;
    const int64_t tiles = pixels == tiling.pixels ? left / pixels : 1;
    for (const OutputChunk& chunk : tiling.chunks) total += static_cast<double>(tiles) * cycles_per_step(set, pixels, chunk.vectors, work);
    left -= tiles * pixels;
  }
  return total * static_cast<double>(work.steps);
}

double planar_cycles_per_step(const KernelSet& set, int outputs, int vectors, const WideWork& work, bool preactivated) {
  const double products = outputs * vectors, loads = outputs + 2 * vectors;
  return std::max({products / fmas_per_cycle(set), loads / 2, 4.0}) + 0.1 + (preactivated ? 2.0 * vectors : 0) +
         1 / std::max(1.0, work.segment_length) + (12 + 2.3 * products) / static_cast<double>(std::max<int64_t>(1, work.steps));
}

}  // namespace

int tile_pixels_at_most(const KernelSet& set, const std::vector<OutputChunk>& chunks, int wanted) {
  for (int pixels = std::min(wanted, kMaxTilePixels); pixels > 0; --pixels)
    if (std::all_of(chunks.begin(), chunks.end(), [&](const OutputChunk& chunk) { return set.wide[pixels][chunk.vectors] != nullptr; }))
      return pixels;
  return 0;
}

WideTiling choose_wide_tiling(const KernelSet& set, const WideWork& work, int rank) {
  std::vector<std::pair<double, WideTiling>> tilings;
  for (int pixels = 1; pixels <= kMaxTilePixels; ++pixels) {
    for (int vectors = 1; vectors <= kMaxTileVectors; ++vectors) {
      if (!set.wide[pixels][vectors]) continue;
      WideTiling tiling{pixels, even_chunks(set, vectors_of(set, work.outputs), vectors)};
      if (!fit_chunks(set, pixels, tiling.chunks)) continue;
      const double cycles = tiling_cycles(set, tiling, work);
      if (cycles < kImpossible) tilings.emplace_back(cycles, std::move(tiling));
    }
  }
  std::stable_sort(tilings.begin(), tilings.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  return tilings[std::min(static_cast<size_t>(rank), tilings.size() - 1)].second;
}

double wide_cycles(const KernelSet& set, const WideWork& work) { return tiling_cycles(set, choose_wide_tiling(set, work), work); }

PlanarTiling choose_planar_tiling(const KernelSet& set, const WideWork& work, bool preactivated) {
  const int64_t vectors_in_plane = (work.pixels + set.lanes - 1) / set.lanes;
  PlanarTiling best{0, 0, kImpossible};
  for (int outputs = 1; outputs <= kMaxPlanarOutputs; ++outputs) {
    for (int vectors = 1; vectors <= kMaxPlanarVectors; ++vectors) {
      if (!set.planar[outputs][vectors]) continue;
      double cycles = 0;
      for (int64_t first = 0; first < work.outputs;) {
        int size = static_cast<int>(std::min<int64_t>({outputs, work.outputs - first, kBlock - first % kBlock}));
        while (!set.planar[size][1]) --size;
        cycles += planar_cycles_per_step(set, size, vectors, work, preactivated);
        first += size;
      }
      cycles *= static_cast<double>((vectors_in_plane + vectors - 1) / vectors * work.steps);
      if (cycles < best.cycles) best = {outputs, vectors, cycles};
    }
  }
  return best;
}

}  // namespace tnn::kernels
