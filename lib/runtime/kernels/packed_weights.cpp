#include "runtime/kernels/packed_weights.h"

#include <cmath>
#include <cstring>

namespace tnn::kernels {
namespace {

void convert(float value, float& to) { to = value; }
void convert(float value, Bf16& to) { to = to_bf16(value); }

}  // namespace

Bf16 to_bf16(float value) {
  uint32_t bits = 0;
  std::memcpy(&bits, &value, sizeof(bits));
  if (std::isnan(value)) return {static_cast<uint16_t>((bits >> 16) | 0x40)};  // stays quiet
  return {static_cast<uint16_t>((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16)};
}

float to_float(Bf16 value) {
  const uint32_t bits = static_cast<uint32_t>(value.bits) << 16;
  float result = 0;
  std::memcpy(&result, &bits, sizeof(result));
  return result;
}

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
