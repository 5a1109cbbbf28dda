#include "formats/half.h"

#include <cmath>
#include <cstring>
#include <xtl/xhalf_float.hpp>

namespace tnn {
namespace {

using Half = half_float::half;
static_assert(sizeof(Half) == sizeof(uint16_t));

}  // namespace

uint16_t float_to_half(float value) {
  const auto half = half_float::half_cast<Half, std::round_to_nearest>(value);
  uint16_t bits = 0;
  std::memcpy(&bits, &half, sizeof bits);
  return bits;
}

float half_to_float(uint16_t bits) {
  Half half;
  std::memcpy(static_cast<void*>(&half), &bits, sizeof bits);
  return half_float::half_cast<float>(half);
}

// bfloat16 is the upper half of a float; no library of the distribution has it alone.

uint16_t float_to_bfloat16(float value) {
  uint32_t bits = 0;
  std::memcpy(&bits, &value, sizeof bits);
  if (std::isnan(value)) return static_cast<uint16_t>((bits >> 16) | 0x40u);  // stays quiet
  const uint32_t tie_to_even = (bits >> 16) & 1u;
  return static_cast<uint16_t>((bits + 0x7fffu + tie_to_even) >> 16);
}

float bfloat16_to_float(uint16_t bits) {
  const uint32_t wide = static_cast<uint32_t>(bits) << 16;
  float value = 0;
  std::memcpy(&value, &wide, sizeof value);
  return value;
}

}  // namespace tnn
