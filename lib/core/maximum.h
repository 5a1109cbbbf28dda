#pragma once

namespace tnn {

/// IEEE 754-2019's maximum: the larger of two numbers, NaN where one of them is. (std::max gives the first where the second is NaN.)
inline float maximum(float a, float b) {
  const float larger = b < a ? a : b;  // b where one of them is NaN
  return a != a ? a : larger;
}

}  // namespace tnn
