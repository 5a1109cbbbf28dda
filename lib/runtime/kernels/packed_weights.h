#pragma once

#include <cstdint>

#include "runtime/kernels/aligned_buffer.h"
#include "runtime/kernels/image_layout.h"
#include "runtime/kernels/tiles.h"

namespace tnn::kernels {

/// The weights of a dense convolution or linear layer, once for all widths: [output / 16][tap][input][16], the last block filled up with
/// zeros. Width u reads the first blocks of outputs and, of each tap, the first inputs: nothing is packed for an operating point.
/// In bf16 the two weights of a pair of inputs lie side by side, [output / 16][tap][input / 2][16][2], so that a part of the inputs has to
/// begin at an even channel.
template <typename Element>
class BasicPackedWeights {
 public:
  static constexpr int64_t kPair = sizeof(Element) == sizeof(float) ? 1 : 2;  ///< inputs side by side

  BasicPackedWeights() = default;
  /// From `source` [outputs][inputs][taps], as in model files.
  BasicPackedWeights(const float* source, int64_t outputs, int64_t inputs, int64_t taps);

  int64_t outputs() const { return outputs_; }
  int64_t inputs() const { return inputs_; }
  int64_t taps() const { return taps_; }
  int64_t tap_stride() const { return round_up(inputs_, kPair) * kBlock; }
  int64_t block_stride() const { return taps_ * tap_stride(); }
  const Element* data() const { return memory_.data(); }
  size_t bytes() const { return memory_.size() * sizeof(Element); }

 private:
  int64_t outputs_ = 0, inputs_ = 0, taps_ = 0;
  AlignedBuffer<Element> memory_;
};
using PackedWeights = BasicPackedWeights<float>;
using PackedBf16Weights = BasicPackedWeights<Bf16>;
extern template class BasicPackedWeights<float>;
extern template class BasicPackedWeights<Bf16>;

/// The nearest bf16 value, ties to even; infinities and NaN stay what they are.
Bf16 to_bf16(float value);
float to_float(Bf16 value);

}  // namespace tnn::kernels
