#pragma once

#include <cstdint>

namespace tnn {

/// IEEE 754 binary16 and bfloat16 as their bits; from float, rounded to the nearest, ties to even; what is too large becomes infinite, NaN
/// stays NaN.
uint16_t float_to_half(float value);
float half_to_float(uint16_t bits);
uint16_t float_to_bfloat16(float value);
float bfloat16_to_float(uint16_t bits);

}  // namespace tnn
