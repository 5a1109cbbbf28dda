#pragma once

#include <cstdint>

namespace tnn {

/// An interval for a proportion, as fractions.
struct Interval {
  double low = 0, high = 1;
};

/// Wilson's score interval at 95 % for `correct` of `count`; [0, 1] where count is 0 (Wilson 1927).
Interval wilson_interval(int64_t correct, int64_t count);

}  // namespace tnn
