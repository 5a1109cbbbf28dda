// Products of a byte and a weight of 22 bits are sums of two 16-bit products: weight = high * 2^11 + low. A multiply-add of 16-bit pairs
// takes two taps at once, and the sums are exact.
#include "data/resample_kernels.h"

#if defined(__x86_64__)

#include <immintrin.h>

#include <cstring>

#define TNN_AVX2 __attribute__((target("avx2")))

namespace tnn {
namespace {

constexpr int kBits = AxisWeights::kPrecisionBits, kLowBits = 11;
constexpr size_t kPixel = PixelImage::kPixelBytes, kTapsAtOnce = 4;
static_assert(PixelImage::kSlackBytes >= kTapsAtOnce * kPixel);

int16_t high(int32_t weight) { return static_cast<int16_t>(weight >> kLowBits); }
int16_t low(int32_t weight) { return static_cast<int16_t>(weight & ((1 << kLowBits) - 1)); }

/// The weights of a row as its loop reads them: for each output and four taps, 16 high and 16 low parts, a pair of taps four times, then
/// the other pair four times.
struct RowTable {
  size_t groups = 0;
  std::vector<int16_t> parts;

  void fill(const AxisWeights& weights) {
    const auto taps = static_cast<size_t>(weights.taps);
    groups = (taps + kTapsAtOnce - 1) / kTapsAtOnce;
    parts.assign(weights.first.size() * groups * 32, 0);
    for (size_t i = 0; i < weights.first.size(); ++i)
      for (size_t k = 0; k < taps; ++k) {
        const int32_t weight = weights.weight[i * taps + k];
        int16_t* at = parts.data() + (i * groups + k / 4) * 32 + (k % 4 / 2) * 8 + k % 2;
        for (size_t c = 0; c < 4; ++c) at[2 * c] = high(weight), at[16 + 2 * c] = low(weight);
      }
  }
};

/// (high * 2^11 + low + 1/2) / 2^22 of eight sums.
TNN_AVX2 inline __m256i rounded(__m256i high_sum, __m256i low_sum) {
  const __m256i sum = _mm256_add_epi32(_mm256_slli_epi32(high_sum, kLowBits), low_sum);
  return _mm256_srai_epi32(_mm256_add_epi32(sum, _mm256_set1_epi32(1 << (kBits - 1))), kBits);
}

TNN_AVX2 void resample_row(const uint8_t* in, const AxisWeights& weights, const RowTable& table, uint8_t* out) {
  // Four pixels in each half; the halves take the pairs (0, 1) and (2, 3) of each channel, as 16-bit numbers.
  const __m256i pairs = _mm256_setr_epi8(0, -1, 4, -1, 1, -1, 5, -1, 2, -1, 6, -1, 3, -1, 7, -1,  //
                                         8, -1, 12, -1, 9, -1, 13, -1, 10, -1, 14, -1, 11, -1, 15, -1);
  const auto* parts = reinterpret_cast<const __m256i*>(table.parts.data());
  for (const int first : weights.first) {
    const uint8_t* pixels = in + static_cast<size_t>(first) * kPixel;
    __m256i high_sum = _mm256_setzero_si256(), low_sum = high_sum;
    for (size_t group = 0; group < table.groups; ++group, parts += 2, pixels += kTapsAtOnce * kPixel) {
      const __m128i four = _mm_loadu_si128(reinterpret_cast<const __m128i*>(pixels));
      const __m256i values = _mm256_shuffle_epi8(_mm256_broadcastsi128_si256(four), pairs);
      high_sum = _mm256_add_epi32(high_sum, _mm256_madd_epi16(values, _mm256_loadu_si256(parts)));
      low_sum = _mm256_add_epi32(low_sum, _mm256_madd_epi16(values, _mm256_loadu_si256(parts + 1)));
    }
    const __m128i high_half = _mm_add_epi32(_mm256_castsi256_si128(high_sum), _mm256_extracti128_si256(high_sum, 1));
    const __m128i low_half = _mm_add_epi32(_mm256_castsi256_si128(low_sum), _mm256_extracti128_si256(low_sum, 1));
    const __m128i four = _mm256_castsi256_si128(rounded(_mm256_castsi128_si256(high_half), _mm256_castsi128_si256(low_half)));
    const __m128i words = _mm_packs_epi32(four, four);
    const int bytes = _mm_cvtsi128_si32(_mm_packus_epi16(words, words));
    std::memcpy(out, &bytes, kPixel);
    out += kPixel;
  }
}

/// Sixteen bytes of a column's sum; of an odd number of taps the last counts once, with a zero beside it.
TNN_AVX2 inline __m128i column_bytes(const uint8_t* in, size_t stride, const int32_t* weight, int taps) {
  __m256i high_left = _mm256_setzero_si256(), low_left = high_left, high_right = high_left, low_right = high_left;
  for (int k = 0; k < taps; k += 2, in += 2 * stride) {
    const bool paired = k + 1 < taps;
    const int32_t second_weight = paired ? weight[k + 1] : 0;
    const __m128i first = _mm_loadu_si128(reinterpret_cast<const __m128i*>(in));
    const __m128i second = _mm_loadu_si128(reinterpret_cast<const __m128i*>(paired ? in + stride : in));
    const __m256i left = _mm256_cvtepu8_epi16(_mm_unpacklo_epi8(first, second));
    const __m256i right = _mm256_cvtepu8_epi16(_mm_unpackhi_epi8(first, second));
    const __m256i highs = _mm256_set1_epi32(high(weight[k]) | high(second_weight) << 16);
    const __m256i lows = _mm256_set1_epi32(low(weight[k]) | low(second_weight) << 16);
    high_left = _mm256_add_epi32(high_left, _mm256_madd_epi16(left, highs));
    low_left = _mm256_add_epi32(low_left, _mm256_madd_epi16(left, lows));
    high_right = _mm256_add_epi32(high_right, _mm256_madd_epi16(right, highs));
    low_right = _mm256_add_epi32(low_right, _mm256_madd_epi16(right, lows));
  }
  const __m256i words = _mm256_permute4x64_epi64(_mm256_packs_epi32(rounded(high_left, low_left), rounded(high_right, low_right)), 0xD8);
  return _mm_packus_epi16(_mm256_castsi256_si128(words), _mm256_extracti128_si256(words, 1));
}

/// A row of `stride` bytes; reads and writes up to 15 beyond it.
TNN_AVX2 void resample_column(const uint8_t* in, size_t stride, const int32_t* weight, int taps, uint8_t* out) {
  for (size_t x = 0; x < stride; x += 16) _mm_storeu_si128(reinterpret_cast<__m128i*>(out + x), column_bytes(in + x, stride, weight, taps));
}

}  // namespace

bool has_avx2_resample() { return __builtin_cpu_supports("avx2"); }

void resample_by_avx2(const PixelImage& in, const AxisWeights& columns, const AxisWeights& rows, PixelImage& out) {
  thread_local PixelImage narrow;
  thread_local RowTable table;
  table.fill(columns);
  narrow.resize(in.height, columns.outputs());
  for (int y = 0; y < in.height; ++y) resample_row(in.row(y), columns, table, narrow.row(y));
  out.resize(rows.outputs(), columns.outputs());
  for (int y = 0; y < out.height; ++y) {  // downwards: what is written beyond a row is overwritten by the next
    const auto i = static_cast<size_t>(y);
    resample_column(narrow.row(rows.first[i]), narrow.stride, rows.weight.data() + i * static_cast<size_t>(rows.taps), rows.taps,
                    out.row(y));
  }
}

}  // namespace tnn

#else

namespace tnn {

bool has_avx2_resample() { return false; }
void resample_by_avx2(const PixelImage& in, const AxisWeights& columns, const AxisWeights& rows, PixelImage& out) {
  resample_plainly(in, columns, rows, out);
}

}  // namespace tnn

#endif
