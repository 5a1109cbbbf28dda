#include "data/resample_kernels.h"

namespace tnn {
namespace {

constexpr int kBits = AxisWeights::kPrecisionBits;
constexpr int32_t kHalf = 1 << (kBits - 1);
constexpr size_t kPixel = PixelImage::kPixelBytes;

void resample_row(const uint8_t* in, const AxisWeights& weights, uint8_t* out) {
  const int32_t* weight = weights.weight.data();
  for (const int first : weights.first) {
    int32_t sums[kPixel] = {kHalf, kHalf, kHalf, kHalf};
    const uint8_t* pixel = in + static_cast<size_t>(first) * kPixel;
    for (int k = 0; k < weights.taps; ++k, pixel += kPixel, ++weight)
      for (size_t c = 0; c < kPixel; ++c) sums[c] += pixel[c] * *weight;
    for (const int32_t sum : sums) *out++ = static_cast<uint8_t>(sum >> kBits);
  }
}

void resample_column(const uint8_t* in, size_t stride, const int32_t* weight, int taps, uint8_t* out) {
  thread_local std::vector<int32_t> sums;
  sums.assign(stride, kHalf);
  for (int k = 0; k < taps; ++k, in += stride)
    for (size_t x = 0; x < stride; ++x) sums[x] += in[x] * weight[k];
  for (size_t x = 0; x < stride; ++x) out[x] = static_cast<uint8_t>(sums[x] >> kBits);
}

}  // namespace

void resample_plainly(const PixelImage& in, const AxisWeights& columns, const AxisWeights& rows, PixelImage& out) {
  thread_local PixelImage narrow;
  narrow.resize(in.height, columns.outputs());
  for (int y = 0; y < in.height; ++y) resample_row(in.row(y), columns, narrow.row(y));
  out.resize(rows.outputs(), columns.outputs());
  for (int y = 0; y < out.height; ++y) {
    const auto i = static_cast<size_t>(y);
    resample_column(narrow.row(rows.first[i]), narrow.stride, rows.weight.data() + i * static_cast<size_t>(rows.taps), rows.taps,
                    out.row(y));
  }
}

}  // namespace tnn
