#pragma once

#include <cstdint>

#include "runtime/kernels/aligned_buffer.h"
#include "runtime/kernels/tiles.h"

namespace tnn::kernels {

/// The weights of a dense convolution or linear layer, once for all widths: [output / 16][tap][input][16], the last block filled up with
/// zeros. Width u reads the first blocks of outputs and, of each tap, the first inputs: nothing is packed for an operating point.
class PackedWeights {
 public:
  PackedWeights() = default;
  /// From `source` [outputs][inputs][taps], as in model files.
  PackedWeights(const float* source, int64_t outputs, int64_t inputs, int64_t taps);

  int64_t outputs() const { return outputs_; }
  int64_t inputs() const { return inputs_; }
  int64_t taps() const { return taps_; }
  int64_t tap_stride() const { return inputs_ * kBlock; }
  int64_t block_stride() const { return taps_ * tap_stride(); }
  const float* data() const { return memory_.data(); }
  size_t bytes() const { return memory_.size() * sizeof(float); }

 private:
  int64_t outputs_ = 0, inputs_ = 0, taps_ = 0;
  AlignedBuffer<float> memory_;
};

}  // namespace tnn::kernels
