// The wide kernel on bf16 values in AVX512_BF16; cmake/kernels.cmake gives this file its compiler flags. Two inputs a step, sums in fp32.
#if defined(__AVX512BF16__)
#include <immintrin.h>

#include <cstdint>

#include "runtime/kernels/kernel_set.h"

namespace tnn::kernels {
namespace {

#define TNN_UNROLL _Pragma("GCC unroll 16")
#if defined(__clang__)
#undef TNN_UNROLL
#define TNN_UNROLL _Pragma("clang loop unroll(full)")
#endif
#define TNN_INLINE inline __attribute__((always_inline))

constexpr int64_t kPairStride = 2 * kBlock;  ///< weights of a pair of inputs
constexpr int64_t kPrefetchDistance = 24;    ///< pairs

typedef int32_t UnalignedPair __attribute__((aligned(2), may_alias));

/// The pair of inputs at `from` in every lane.
TNN_INLINE __m512bh both(const Bf16* from) { return (__m512bh)_mm512_set1_epi32(*reinterpret_cast<const UnalignedPair*>(from)); }
/// One input and a zero: an odd last channel, whose neighbour nobody may read.
TNN_INLINE __m512bh first_of_pair(const Bf16* from) { return (__m512bh)_mm512_set1_epi32(from->bits); }
TNN_INLINE __m512 load_float(const Bf16* from) {
  return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(from))), 16));
}

template <int Pixels, int Vectors, typename Broadcast>
TNN_INLINE void accumulate_pair(__m512 (&sum)[Pixels][Vectors], const Bf16* const* x, int64_t offset, const Bf16* weights,
                                int64_t block_stride, Broadcast broadcast) {
  __m512bh w[Vectors];
  TNN_UNROLL for (int v = 0; v < Vectors; ++v) {
    w[v] = (__m512bh)_mm512_loadu_si512(weights + v * block_stride);
    __builtin_prefetch(weights + v * block_stride + kPrefetchDistance * kPairStride);
  }
  TNN_UNROLL for (int p = 0; p < Pixels; ++p) {
    const __m512bh value = broadcast(x[p] + offset);
    TNN_UNROLL for (int v = 0; v < Vectors; ++v) sum[p][v] = _mm512_dpbf16_ps(sum[p][v], value, w[v]);
  }
}

/// x: where the pixels of the tile lie, for segments of this one's pixel stride.
template <int Pixels, int Vectors>
TNN_INLINE void accumulate_segment(__m512 (&sum)[Pixels][Vectors], const Bf16Tile& tile, const Bf16* const* x, const Segment& segment) {
  const Bf16* weights = tile.weights + segment.weight;
  int64_t channel = segment.input;
  const int64_t end = segment.input + segment.channels;
#pragma GCC unroll 1
  for (; channel + 2 <= end; channel += 2, weights += kPairStride)
    accumulate_pair<Pixels, Vectors>(sum, x, channel, weights, tile.block_stride, [](const Bf16* from) { return both(from); });
  if (channel < end)
    accumulate_pair<Pixels, Vectors>(sum, x, channel, weights, tile.block_stride, [](const Bf16* from) { return first_of_pair(from); });
}

/// The tile that begins at the `first` pixel of the lists.
template <int Pixels, int Vectors>
TNN_INLINE void compute_tile(const Bf16Tile& tile, int64_t first) {
  __m512 sum[Pixels][Vectors];
  TNN_UNROLL for (int p = 0; p < Pixels; ++p) TNN_UNROLL for (int v = 0; v < Vectors; ++v) sum[p][v] = _mm512_setzero_ps();
  const Bf16* x[Pixels];
  int64_t stride = -1;
  for (int64_t s = 0; s < tile.segment_count; ++s) {
    const Segment& segment = tile.segments[s];
    if (segment.pixel_stride != stride) {
      stride = segment.pixel_stride;
      TNN_UNROLL for (int p = 0; p < Pixels; ++p) x[p] = tile.input + tile.input_pixels[first + p] * stride;
    }
    accumulate_segment<Pixels, Vectors>(sum, tile, x, segment);
  }
  const Epilogue& epilogue = tile.epilogue;
  const __m512 lower = _mm512_set1_ps(epilogue.lower), upper = _mm512_set1_ps(epilogue.upper);
  TNN_UNROLL for (int p = 0; p < Pixels; ++p) {
    Bf16* to = tile.output + tile.output_pixels[first + p] * tile.output_stride;
    TNN_UNROLL for (int v = 0; v < Vectors; ++v) {
      __m512 value = _mm512_fmadd_ps(sum[p][v], _mm512_loadu_ps(epilogue.scale + v * kBlock), _mm512_loadu_ps(epilogue.shift + v * kBlock));
      if (tile.residual)
        value = _mm512_add_ps(value, load_float(tile.residual + tile.residual_pixels[first + p] * tile.residual_stride + v * kBlock));
      value = _mm512_min_ps(upper, _mm512_max_ps(lower, value));
      _mm256_storeu_si256(reinterpret_cast<__m256i*>(to + v * kBlock), (__m256i)_mm512_cvtneps_pbh(value));
    }
  }
}

template <int Pixels, int Vectors>
__attribute__((noinline)) void bf16_tiles(const Bf16Tile& tile) {
  for (int64_t first = 0; first < tile.tiles * Pixels; first += Pixels) compute_tile<Pixels, Vectors>(tile, first);
}

TNN_INLINE __mmask16 first_lanes(int64_t count) { return static_cast<__mmask16>((1 << count) - 1); }

// Masks at the end alone: a masked store takes many times as long as a plain one.
void row_to_bf16(const float* from, Bf16* to, int64_t count) {
  int64_t i = 0;
  for (; i + kBlock <= count; i += kBlock)
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(to + i), (__m256i)_mm512_cvtneps_pbh(_mm512_loadu_ps(from + i)));
  if (i == count) return;
  const __mmask16 mask = first_lanes(count - i);
  _mm256_mask_storeu_epi16(to + i, mask, (__m256i)_mm512_cvtneps_pbh(_mm512_maskz_loadu_ps(mask, from + i)));
}

void row_to_float(const Bf16* from, float* to, int64_t count) {
  int64_t i = 0;
  for (; i + kBlock <= count; i += kBlock) _mm512_storeu_ps(to + i, load_float(from + i));
  if (i == count) return;
  const __mmask16 mask = first_lanes(count - i);
  const __m512i upper = _mm512_slli_epi32(_mm512_cvtepu16_epi32(_mm256_maskz_loadu_epi16(mask, from + i)), 16);
  _mm512_mask_storeu_ps(to + i, mask, _mm512_castsi512_ps(upper));
}

template <int Vectors, int... Pixels>
constexpr void add_wide(Bf16KernelSet& set) {
  ((set.wide[Pixels][Vectors] = bf16_tiles<Pixels, Vectors>), ...);
}

constexpr Bf16KernelSet make_kernel_set() {
  Bf16KernelSet set;
  add_wide<1, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10>(set);  // the tiles of wide.inc
  add_wide<2, 1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 14>(set);
  add_wide<3, 1, 2, 3, 4, 5, 6, 7, 8>(set);
  add_wide<4, 1, 2, 3, 4, 5, 6>(set);
  add_wide<5, 1, 2, 3, 4>(set);
  add_wide<6, 1, 2, 3, 4>(set);
  add_wide<8, 1>(set);
  set.to_bf16 = row_to_bf16;
  set.to_float = row_to_float;
  return set;
}

}  // namespace

extern const Bf16KernelSet kAvx512Bf16Kernels;
constexpr Bf16KernelSet kMadeBf16 = make_kernel_set();
const Bf16KernelSet kAvx512Bf16Kernels = kMadeBf16;

}  // namespace tnn::kernels
#endif
