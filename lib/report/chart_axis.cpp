#include "report/chart_axis.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace tnn {
namespace {

double round_step(double rough) {
  const double power = std::pow(10.0, std::floor(std::log10(rough)));
  const double share = rough / power;
  return power * (share <= 1.0 ? 1 : share <= 2.0 ? 2 : share <= 5.0 ? 5 : 10);
}

}  // namespace

std::string ChartAxis::tick_text(double tick) const {
  const double largest = std::max(std::abs(low), std::abs(high));
  if (largest >= 1e7 || decimals > 5) return fmt::format("{:.3g}", tick);
  return fmt::format("{:.{}f}", tick == 0 ? 0.0 : tick, decimals);
}

ChartAxis round_axis(double low, double high, int target) {
  const double margin = std::max(std::abs(low) * 0.02, 1e-9);
  if (high - low < margin * 1e-3) {
    low -= margin;
    high += margin;
  }
  const double step = round_step((high - low) / target);
  ChartAxis axis;
  const double first = std::floor(low / step + 1e-9), last = std::ceil(high / step - 1e-9);
  axis.low = first * step;
  axis.high = last * step;
  for (double tick = first; tick <= last; tick += 1) axis.ticks.push_back(tick * step);
  axis.decimals = std::max(0, static_cast<int>(-std::floor(std::log10(step) + 1e-9)));
  return axis;
}

}  // namespace tnn
