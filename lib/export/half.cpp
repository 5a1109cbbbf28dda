#include "export/half.h"

#include <cmath>
#include <cstring>

namespace tnn {
namespace {

uint32_t bits_of(float value) {
  uint32_t bits = 0;
  std::memcpy(&bits, &value, sizeof bits);
  return bits;
}

float float_of(uint32_t bits) {
  float value = 0;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

constexpr int kHalfFraction = 10;    // bits
constexpr int kHalfLeastScale = 24;  // the smallest positive half is 2^-24
constexpr uint16_t kHalfInfinity = 0x7c00;

}  // namespace

uint16_t float_to_half(float value) {
  const auto sign = static_cast<uint16_t>((bits_of(value) >> 16) & 0x8000u);
  const float magnitude = std::fabs(value);
  if (std::isnan(value)) return static_cast<uint16_t>(sign | kHalfInfinity | 0x200u);
  if (magnitude >= 65520.0f) return static_cast<uint16_t>(sign | kHalfInfinity);
  if (magnitude < 6.103515625e-05f)  // 2^-14: below it halves are evenly spaced
    return static_cast<uint16_t>(sign | static_cast<uint16_t>(std::nearbyint(std::ldexp(magnitude, kHalfLeastScale))));
  int exponent = 0;
  const float fraction = std::frexp(magnitude, &exponent);  // in [0.5, 1)
  const auto steps = static_cast<uint32_t>(std::nearbyint(std::ldexp(fraction, kHalfFraction + 1)));
  // A fraction rounded up to the next power of two carries into the exponent by the addition.
  const uint32_t bits = (static_cast<uint32_t>(exponent + 14) << kHalfFraction) + (steps - (1u << kHalfFraction));
  return static_cast<uint16_t>(sign | bits);
}

float half_to_float(uint16_t bits) {
  const float sign = (bits & 0x8000u) ? -1.0f : 1.0f;
  const int exponent = (bits >> kHalfFraction) & 0x1f;
  const int fraction = bits & 0x3ff;
  if (exponent == 0x1f) return fraction ? std::nanf("") : sign * HUGE_VALF;
  if (exponent == 0) return sign * std::ldexp(static_cast<float>(fraction), -kHalfLeastScale);
  return sign * std::ldexp(static_cast<float>(fraction + (1 << kHalfFraction)), exponent - 25);
}

uint16_t float_to_bfloat16(float value) {
  const uint32_t bits = bits_of(value);
  if (std::isnan(value)) return static_cast<uint16_t>((bits >> 16) | 0x40u);
  const uint32_t tie_to_even = (bits >> 16) & 1u;
  return static_cast<uint16_t>((bits + 0x7fffu + tie_to_even) >> 16);
}

float bfloat16_to_float(uint16_t bits) { return float_of(static_cast<uint32_t>(bits) << 16); }

}  // namespace tnn
