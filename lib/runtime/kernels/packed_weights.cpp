#include "runtime/kernels/packed_weights.h"

namespace tnn::kernels {

PackedWeights::PackedWeights(const float* source, int64_t outputs, int64_t inputs, int64_t taps)
    : outputs_(outputs),
      inputs_(inputs),
      taps_(taps),
      memory_(static_cast<size_t>((outputs + kBlock - 1) / kBlock * taps * inputs * kBlock)) {
  for (int64_t o = 0; o < outputs; ++o) {
    float* block = memory_.data() + o / kBlock * block_stride() + o % kBlock;
    for (int64_t i = 0; i < inputs; ++i)
      for (int64_t t = 0; t < taps; ++t) block[t * tap_stride() + i * kBlock] = source[(o * inputs + i) * taps + t];
  }
}

}  // namespace tnn::kernels
