#include "runtime/kernels/packed_weights.h"

#include "formats/half.h"

namespace tnn::kernels {
namespace {

void convert(float value, float& to) { to = value; }
void convert(float value, Bf16& to) { to = to_bf16(value); }

}  // namespace

Bf16 to_bf16(float value) { return {float_to_bfloat16(value)}; }

float to_float(Bf16 value) { return bfloat16_to_float(value.bits); }

template <typename Element>
BasicPackedWeights<Element>::BasicPackedWeights(const float* source, int64_t outputs, int64_t inputs, int64_t taps)
    : outputs_(outputs), inputs_(inputs), taps_(taps) {
  memory_ = AlignedBuffer<Element>(static_cast<size_t>((outputs + kBlock - 1) / kBlock * block_stride()));
  for (int64_t o = 0; o < outputs; ++o) {
    Element* block = memory_.data() + o / kBlock * block_stride() + o % kBlock * kPair;
    for (int64_t i = 0; i < inputs; ++i)
      for (int64_t t = 0; t < taps; ++t)
        convert(source[(o * inputs + i) * taps + t], block[t * tap_stride() + i / kPair * kPair * kBlock + i % kPair]);
  }
}

template class BasicPackedWeights<float>;
template class BasicPackedWeights<Bf16>;

}  // namespace tnn::kernels
