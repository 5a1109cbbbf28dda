#pragma once

#include <string>
#include <vector>

namespace tnn {

/// An axis whose ends and ticks are round numbers (steps of 1, 2 or 5 times a power of ten).
struct ChartAxis {
  double low = 0, high = 1;
  std::vector<double> ticks;
  int decimals = 0;  ///< that the ticks need

  /// 0 at the low end, 1 at the high one.
  double position(double value) const { return (value - low) / (high - low); }
  std::string tick_text(double tick) const;
};

/// The axis around the range of finite values with about `target` steps. An empty range (low == high) is widened.
ChartAxis round_axis(double low, double high, int target);

}  // namespace tnn
