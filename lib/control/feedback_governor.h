#pragma once

#include "control/governor.h"
#include "control/sensor_watch.h"

namespace tnn {

/// What a FeedbackGovernor holds, and how quickly it moves.
struct FeedbackOptions {
  double Reading::*sensor = &Reading::temperature_c;
  double target = 0;        ///< highest value, in the sensor's unit
  double band = 2;          ///< so far below the target a larger point may be tried
  double mean_s = 0;        ///< time constant of the mean that is held; 0: each reading counts alone
  double horizon_s = 0;     ///< so far ahead a rise or fall is taken to go on
  double down_every_s = 1;  ///< between two steps down: the time that a step takes to show
  double up_every_s = 5;    ///< between a step and one up
  int lowest = 0;           ///< the smallest point allowed
  int points = 1;           ///< of the network
  WatchOptions watch = {};
};

/// Holds what has no profile, such as a temperature, whose cause lies seconds back: one operating point at a time, down at once where the
/// value (or where it will be `horizon_s` from now, by its present slope) is above the target and does not fall already, then every
/// `down_every_s`; up where it is below target - band for as long as `up_every_s` after the last step.
class FeedbackGovernor : public Governor {
 public:
  /// UsageError where an option is not usable.
  explicit FeedbackGovernor(const FeedbackOptions& options);

 private:
  int decide(const Reading& reading) noexcept override;
  void follow(double time_s, double value) noexcept;
  int step(int current, double time_s) noexcept;

  const FeedbackOptions options_;
  SensorWatch watch_;
  double mean_ = 0, slope_ = 0, read_s_ = 0, moved_s_ = 0, fell_s_ = -1e300;
};

}  // namespace tnn
