#include "formats/half.h"
#include "catch_compat.h"

#include <cmath>

#include "core/random_stream.h"

using namespace tnn;

TEST_CASE("every half and bfloat16 survives the way through float") {
  for (uint32_t bits = 0; bits < 0x10000; ++bits) {
    const auto stored = static_cast<uint16_t>(bits);
    if (!std::isnan(half_to_float(stored))) CHECK(float_to_half(half_to_float(stored)) == stored);
    if (!std::isnan(bfloat16_to_float(stored))) CHECK(float_to_bfloat16(bfloat16_to_float(stored)) == stored);
  }
  CHECK(std::isnan(half_to_float(float_to_half(std::nanf("")))));
  CHECK(std::isnan(bfloat16_to_float(float_to_bfloat16(std::nanf("")))));
}

TEST_CASE("to half and bfloat16 rounds to the nearest, ties to even") {
  RandomStream random(1, RandomPurpose::initialization, {});
  for (int i = 0; i < 20000; ++i) {
    const float value = std::ldexp(0.5f + static_cast<float>(random.below(1u << 24)) / (1u << 25), static_cast<int>(random.below(30)) - 20);
    const uint16_t half = float_to_half(value), wide = float_to_bfloat16(value);
    for (const int step : {-1, 1}) {
      CHECK(std::fabs(half_to_float(half) - value) <= std::fabs(half_to_float(static_cast<uint16_t>(half + step)) - value));
      CHECK(std::fabs(bfloat16_to_float(wide) - value) <= std::fabs(bfloat16_to_float(static_cast<uint16_t>(wide + step)) - value));
    }
  }
  CHECK(half_to_float(float_to_half(2049.0f)) == 2048.0f);
  CHECK(half_to_float(float_to_half(2051.0f)) == 2052.0f);
  CHECK(bfloat16_to_float(float_to_bfloat16(257.0f)) == 256.0f);
  CHECK(std::isinf(half_to_float(float_to_half(65520.0f))));
  CHECK(half_to_float(float_to_half(65519.0f)) == 65504.0f);
}
