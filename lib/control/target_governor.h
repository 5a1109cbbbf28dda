#pragma once

#include <vector>

#include "control/point_profile.h"
#include "control/sensor_watch.h"
#include "control/slowdown_filter.h"

namespace tnn {

/// What a TargetGovernor holds, and how cautiously.
struct TargetOptions {
  enum class Quantity {
    latency,  ///< of single inferences, in milliseconds
    power     ///< their mean, in milliwatts; the profile has power_mw
  };
  Quantity quantity = Quantity::latency;
  double target = 0;         ///< in the quantity's unit
  double quantile = 0.9;     ///< of the inferences, in [0.5, 1), that is to be within the target (latency)
  int lowest = 0;            ///< the smallest point allowed: the accuracy floor
  double margin = 0.02;      ///< by which a larger point has to fit before it is taken, as a share of the target
  int patience = 10;         ///< inferences in a row for which it has to
  double patience_s = 0.05;  ///< and for at least so long: fast networks would follow every breath of the machine
  double dead_time_s = 0;    ///< after a switch, for which readings still tell of the point before
  WatchOptions watch = {};   ///< of the sensor
};

/// Holds a quantile of the latency, or the mean power, by a table of what each point takes and an estimate of how much slower the machine
/// is now (SlowdownFilter): the largest point whose prediction fits. With slowdown s, profile median m_i and spread r_i of point i, and
/// quantile q,
///
///     prediction_i = s m_i exp(max(z_q r_i, z_q max(r_i, r) + b)),
///
/// which for q = 0.9 is s times the profile's p90 unless more spread r is seen now than was profiled. b rises with each inference beyond
/// its prediction and falls with each within it, so that in the long run 1 - q of them are beyond, whatever their distribution (Gibbs and
/// Candes 2021); predictions never get smaller than the profile says.
///
/// Down at once, to the largest point that fits; up where a larger point has fitted with a margin for `patience` inferences in a row and
/// for `patience_s`, which doubles where that proves wrong soon.
class TargetGovernor : public Governor {
 public:
  /// UsageError where the profile or an option is not usable.
  TargetGovernor(const PointProfile& profile, const TargetOptions& options);

 private:
  int decide(const Reading& reading) noexcept override;
  void learn(const ProfiledPoint& used, double value) noexcept;
  double median_of(const ProfiledPoint& point) const noexcept;
  double quantile_factor(const ProfiledPoint& point) const noexcept;
  double prediction(int point) const noexcept;
  int largest_that_fits(int from, double share_of_target) const noexcept;
  int choose(int current, double time_s) noexcept;
  void be_patient() noexcept;

  const PointProfile profile_;
  const TargetOptions options_;
  const double deviations_;  ///< z_q
  SensorWatch watch_;
  SlowdownFilter filter_;
  double caution_ = 0;                          ///< b
  int fitting_ = 0, candidate_ = 0, patience_;  ///< inferences for which `candidate_` has fitted
  int64_t since_rise_ = 0, since_change_ = 0;
  double switched_s_ = -1e300, fitting_since_s_ = 0;
  bool rose_ = false;
};

}  // namespace tnn
