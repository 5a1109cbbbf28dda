#pragma once

#include <cstdint>
#include <vector>

#include "data/pixel_image.h"

namespace tnn {

/// Weights of one axis of a resize: output i is the sum over k in [0, taps) of weight[i * taps + k] * input[first[i] + k].
struct AxisWeights {
  static constexpr int kPrecisionBits = 22;

  int taps = 0;
  std::vector<int> first;
  std::vector<int32_t> weight;  ///< fixed point; those of an output add up to 1 << kPrecisionBits, but for rounding

  int outputs() const { return static_cast<int>(first.size()); }
};

/// Bilinear interpolation with antialiasing, as torchvision's `resize` of PIL images and of tensors with antialias=True: the triangle
/// filter, stretched by the scale where the image shrinks. The stretch [begin, end) of an axis of `size` pixels becomes `outputs` pixels,
/// of which `count` are given from output `from` on. Pixels outside the axis do not count.
struct AxisStretch {
  int size = 0;
  double begin = 0, end = 0;
  int outputs = 0;
  int from = 0, count = 0;
};
AxisWeights antialiased_weights(const AxisStretch& stretch);

/// The input pixels that weights read: [begin, end).
struct AxisRange {
  int begin = 0, end = 0;
};
AxisRange input_range(const AxisWeights& weights);
/// The weights for an input that begins at pixel `origin` of the axis.
void shift_origin(AxisWeights& weights, int origin);

/// Columns first, then rows, each rounded to bytes: the bytes that Pillow's Image.resize(BILINEAR) gives up to version 12; from 13 on
/// Pillow takes rows first where that is less work, which changes some bytes by 1.
void resample(const PixelImage& in, const AxisWeights& columns, const AxisWeights& rows, PixelImage& out);

}  // namespace tnn
