#pragma once

namespace tnn {

/// How many times more an inference takes now (milliseconds, milliwatts) than when it was profiled, as one scalar for all operating points
/// (ALERT, ATC 2020), by a Kalman filter of its logarithm: x follows x + w with process noise Q, each inference shows z = x + v with
/// measurement noise R.
///
///     P = (1 - K) P + Q,   K = P / (P + R),   e = z - x,   x = x + K e
///     Q = max(Q0, a Q + (1 - a) (K e)^2)
///
/// Q follows the innovations as in ALERT, so that two slow inferences in a row carry the whole of a step; one alone is cut to three
/// deviations. R is learned from the residuals, from that of the profile on.
class SlowdownFilter {
 public:
  /// `spread`: deviation of the logarithm that the profile shows.
  explicit SlowdownFilter(double spread) noexcept;

  /// Takes what was seen, divided by what the profile has; above 0 and finite.
  void add(double ratio) noexcept;

  double slowdown() const noexcept;
  /// Deviation of the logarithm of one inference around slowdown().
  double spread() const noexcept;

 private:
  double cut(double innovation, double deviation) noexcept;

  double log_ = 0, variance_, gain_ = 0, process_ = 0, noise_, least_noise_;
  int outlier_ = 0;  ///< the sign of the last innovation where it was far out
};

}  // namespace tnn
