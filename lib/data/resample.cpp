#include "data/resample.h"

#include <algorithm>
#include <cmath>
#include <cstring>

// The arithmetic below is written in vectors of the compiler; the linker's choice by processor gives it the widest instructions there are.
// Sanitizers are not ready when that choice is made.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define TNN_PIXEL_CLONES __attribute__((target_clones("avx2", "sse4.1", "default")))
#else
#define TNN_PIXEL_CLONES
#endif

namespace tnn {
namespace {

constexpr int kBits = AxisWeights::kPrecisionBits;
constexpr int32_t kHalf = 1 << (kBits - 1);
constexpr size_t kPixel = PixelImage::kPixelBytes;

using Bytes4 = uint8_t __attribute__((vector_size(4)));
using Bytes8 = uint8_t __attribute__((vector_size(8)));
using Sums4 = int32_t __attribute__((vector_size(16)));
using Sums8 = int32_t __attribute__((vector_size(32)));

/// One row: pixels that lie beside each other are weighed, the four bytes of a pixel at once.
TNN_PIXEL_CLONES void resample_row(const uint8_t* in, const int* first, const int32_t* weight, int taps, int outputs, uint8_t* out) {
  for (int i = 0; i < outputs; ++i, weight += taps) {
    const uint8_t* pixel = in + static_cast<size_t>(first[i]) * kPixel;
    Sums4 sum = {kHalf, kHalf, kHalf, kHalf};
    for (int k = 0; k < taps; ++k, pixel += kPixel) {
      Bytes4 bytes;
      std::memcpy(&bytes, pixel, sizeof bytes);
      sum += __builtin_convertvector(bytes, Sums4) * weight[k];
    }
    const Bytes4 rounded = __builtin_convertvector(sum >> kBits, Bytes4);
    std::memcpy(out + static_cast<size_t>(i) * kPixel, &rounded, sizeof rounded);
  }
}

/// One row of sums over `taps` rows that lie `stride` bytes apart; `bytes` is a multiple of 4.
TNN_PIXEL_CLONES void resample_column(const uint8_t* in, size_t stride, const int32_t* weight, int taps, size_t bytes, uint8_t* out) {
  size_t x = 0;
  for (; x + 8 <= bytes; x += 8) {
    Sums8 sum = {kHalf, kHalf, kHalf, kHalf, kHalf, kHalf, kHalf, kHalf};
    const uint8_t* row = in + x;
    for (int k = 0; k < taps; ++k, row += stride) {
      Bytes8 values;
      std::memcpy(&values, row, sizeof values);
      sum += __builtin_convertvector(values, Sums8) * weight[k];
    }
    const Bytes8 rounded = __builtin_convertvector(sum >> kBits, Bytes8);
    std::memcpy(out + x, &rounded, sizeof rounded);
  }
  for (; x < bytes; ++x) {
    int32_t sum = kHalf;
    for (int k = 0; k < taps; ++k) sum += in[x + static_cast<size_t>(k) * stride] * weight[k];
    out[x] = static_cast<uint8_t>(sum >> kBits);
  }
}

/// Of one output: the triangle filter around its centre, cut at the axis's ends and brought to sum 1.
void fill_output(AxisWeights& weights, size_t output, double centre, double reach, int size) {
  const int begin = std::max(0, static_cast<int>(centre - reach + 0.5)), end = std::min(size, static_cast<int>(centre + reach + 0.5));
  std::vector<double> exact;
  double sum = 0;
  for (int x = begin; x < end; ++x) {
    exact.push_back(std::max(0.0, 1.0 - std::abs((x - centre + 0.5) * (1.0 / reach))));
    sum += exact.back();
  }
  weights.first[output] = begin;
  int32_t* fixed = weights.weight.data() + output * static_cast<size_t>(weights.taps);
  for (const double value : exact) *fixed++ = static_cast<int32_t>(std::lround(value / sum * (1 << kBits)));
}

/// Outputs whose weights would reach over the end of the axis begin earlier instead, with zeros before.
void keep_inside(AxisWeights& weights, int size) {
  for (size_t i = 0; i < weights.first.size(); ++i) {
    const int over = weights.first[i] + weights.taps - size;
    if (over <= 0) continue;
    auto* begin = weights.weight.data() + i * static_cast<size_t>(weights.taps);
    std::rotate(begin, begin + weights.taps - over, begin + weights.taps);
    weights.first[i] -= over;
  }
}

}  // namespace

AxisWeights antialiased_weights(const AxisStretch& stretch) {
  const double scale = (stretch.end - stretch.begin) / stretch.outputs, reach = std::max(1.0, scale);
  AxisWeights weights;
  weights.taps = std::min(stretch.size, static_cast<int>(std::ceil(reach)) * 2 + 1);
  weights.first.resize(static_cast<size_t>(stretch.count));
  weights.weight.assign(weights.first.size() * static_cast<size_t>(weights.taps), 0);
  for (int i = 0; i < stretch.count; ++i)
    fill_output(weights, static_cast<size_t>(i), stretch.begin + (stretch.from + i + 0.5) * scale, reach, stretch.size);
  keep_inside(weights, stretch.size);
  return weights;
}

AxisRange input_range(const AxisWeights& weights) {
  const auto [lowest, highest] = std::minmax_element(weights.first.begin(), weights.first.end());
  return {*lowest, *highest + weights.taps};
}

void shift_origin(AxisWeights& weights, int origin) {
  for (int& first : weights.first) first -= origin;
}

void resample(const PixelImage& in, const AxisWeights& columns, const AxisWeights& rows, PixelImage& out) {
  thread_local PixelImage narrow;
  narrow.resize(in.height, columns.outputs());
  for (int y = 0; y < in.height; ++y)
    resample_row(in.row(y), columns.first.data(), columns.weight.data(), columns.taps, columns.outputs(), narrow.row(y));
  out.resize(rows.outputs(), columns.outputs());
  for (int y = 0; y < out.height; ++y)
    resample_column(narrow.row(rows.first[static_cast<size_t>(y)]), narrow.stride,
                    rows.weight.data() + static_cast<size_t>(y) * static_cast<size_t>(rows.taps), rows.taps, out.stride, out.row(y));
}

}  // namespace tnn
