#include "tasks/interval.h"

#include <algorithm>
#include <cmath>

namespace tnn {

Interval wilson_interval(int64_t correct, int64_t count) {
  if (count <= 0) return {};
  constexpr double z = 1.959963984540054;
  const double n = static_cast<double>(count), p = static_cast<double>(correct) / n;
  const double centre = (p + z * z / (2 * n)) / (1 + z * z / n);
  const double half = z * std::sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / (1 + z * z / n);
  return {correct == 0 ? 0.0 : std::max(0.0, centre - half), correct == count ? 1.0 : std::min(1.0, centre + half)};
}

}  // namespace tnn
