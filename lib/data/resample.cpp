#include "data/resample.h"

#include <algorithm>
#include <cmath>

#include "data/resample_kernels.h"

namespace tnn {
namespace {

constexpr int kBits = AxisWeights::kPrecisionBits;

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
  static const bool avx2 = has_avx2_resample();
  (avx2 ? resample_by_avx2 : resample_plainly)(in, columns, rows, out);
}

}  // namespace tnn
