#include "control/sensor_watch.h"

#include <cmath>

#include "control/governor.h"

namespace tnn {

void SensorWatch::pass(double time_s) noexcept {
  if (!started_) started_ = true, heard_s_ = changed_s_ = time_s;
  missing_ = time_s - heard_s_ > options_.missing_s;
}

bool SensorWatch::take(double time_s, double value) noexcept {
  pass(time_s);
  if (std::isnan(value) && !options_.expects_every) return false;
  unusable_ = !(value >= options_.lowest && value <= options_.highest);
  if (unusable_) {
    ++ignored_;
    return false;
  }
  if (readings_ == 0 || value != last_) equal_ = 0, changed_s_ = time_s;
  ++readings_, ++equal_;
  last_ = value, heard_s_ = time_s, missing_ = false;
  frozen_ = options_.frozen_readings > 0 && equal_ >= options_.frozen_readings && time_s - changed_s_ >= options_.frozen_s;
  return true;
}

unsigned SensorWatch::notices() const noexcept {
  return (has_read() ? 0U : kNoticeStarting) | (frozen_ ? kNoticeFrozen : 0U) | (missing_ ? kNoticeMissing : 0U) |
         (unusable_ ? kNoticeUnusable : 0U);
}

}  // namespace tnn
