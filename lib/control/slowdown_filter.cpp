#include "control/slowdown_filter.h"

#include <algorithm>
#include <cmath>

namespace tnn {
namespace {

constexpr double kLeastSpread = 0.01;   ///< no measurement is steadier
constexpr double kFirstVariance = 4;    ///< nothing is known at the start
constexpr double kProcessShare = 0.02;  ///< Q0 as a share of R: a gain of 0.13 in a steady state
constexpr double kProcessMemory = 0.3;  ///< a, as in ALERT
constexpr double kNoiseRate = 0.05;     ///< how quickly R follows
constexpr double kFarDeviations = 3;    ///< beyond, an innovation counts in full only where the one before was like it

double square(double value) { return value * value; }

}  // namespace

SlowdownFilter::SlowdownFilter(double spread) noexcept
    : variance_(kFirstVariance), noise_(square(std::max(spread, kLeastSpread))), least_noise_(noise_) {}

double SlowdownFilter::cut(double innovation, double deviation) noexcept {
  const int side = innovation > kFarDeviations * deviation ? 1 : innovation < -kFarDeviations * deviation ? -1 : 0;
  const bool again = side != 0 && side == outlier_;
  outlier_ = side;
  return side == 0 || again ? innovation : side * kFarDeviations * deviation;
}

void SlowdownFilter::add(double ratio) noexcept {
  variance_ = (1 - gain_) * variance_ + process_;
  const double whole = std::log(ratio) - log_;
  const double innovation = cut(whole, std::sqrt(variance_ + noise_));
  gain_ = variance_ / (variance_ + noise_);
  log_ += gain_ * innovation;
  // For the next one a far innovation counts whole: where it was right, the gain is near 1 then.
  process_ = std::max(kProcessShare * noise_, kProcessMemory * process_ + (1 - kProcessMemory) * square(gain_ * whole));
  noise_ += kNoiseRate * (std::min((1 - gain_) * square(whole), square(kFarDeviations) * noise_) - noise_);
  noise_ = std::max(noise_, least_noise_);
}

double SlowdownFilter::slowdown() const noexcept { return std::exp(log_); }
double SlowdownFilter::spread() const noexcept { return std::sqrt(noise_); }

}  // namespace tnn
