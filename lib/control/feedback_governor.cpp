#include "control/feedback_governor.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/error.h"

namespace tnn {
namespace {

constexpr double kSlopeShare = 0.5;  ///< of the horizon: time constant of the slope's mean

const FeedbackOptions& checked(const FeedbackOptions& options) {
  if (!std::isfinite(options.target)) throw UsageError(fmt::format("a target of {} (allowed: a finite number)", options.target));
  if (!(options.band > 0)) throw UsageError(fmt::format("a band of {} (allowed: above 0)", options.band));
  if (options.points < 1 || options.lowest < 0 || options.lowest >= options.points)
    throw UsageError(fmt::format("smallest point {} does not exist (allowed: 0 to {})", options.lowest, options.points - 1));
  return options;
}

}  // namespace

FeedbackGovernor::FeedbackGovernor(const FeedbackOptions& options)
    : Governor(options.lowest), options_(checked(options)), watch_(options.watch) {}

/// Mean and slope by exponential windows, for readings that come at any pace.
void FeedbackGovernor::follow(double time_s, double value) noexcept {
  const double passed = time_s - read_s_, before = mean_;
  if ((told_.notices & kNoticeStarting) != 0) {
    mean_ = value, slope_ = 0, moved_s_ = time_s;
  } else if (passed > 0) {
    mean_ += (options_.mean_s > 0 ? 1 - std::exp(-passed / options_.mean_s) : 1) * (value - mean_);
    const double share = options_.horizon_s > 0 ? 1 - std::exp(-passed / (kSlopeShare * options_.horizon_s)) : 1;
    slope_ += share * ((mean_ - before) / passed - slope_);
  }
  read_s_ = time_s;
}

int FeedbackGovernor::step(int current, double time_s) noexcept {
  const double ahead = mean_ + std::max(0.0, slope_ * options_.horizon_s);
  if (ahead > options_.target) {
    const bool falls_already = options_.horizon_s > 0 && mean_ + slope_ * options_.horizon_s < options_.target;
    if (current == options_.lowest || falls_already || time_s - fell_s_ < options_.down_every_s) return current;
    moved_s_ = fell_s_ = time_s;
    return current - 1;
  }
  if (ahead < options_.target - options_.band && current + 1 < options_.points && time_s - moved_s_ >= options_.up_every_s) {
    moved_s_ = time_s;
    return current + 1;
  }
  return current;
}

int FeedbackGovernor::decide(const Reading& reading) noexcept {
  const double value = reading.*options_.sensor;
  int next = point();
  if (watch_.take(reading.time_s, value)) {
    follow(reading.time_s, value);
    if (!watch_.is_frozen()) next = step(next, reading.time_s);
  }
  if (watch_.is_frozen() || watch_.is_missing()) next = options_.lowest, moved_s_ = reading.time_s;
  told_.ignored = watch_.ignored();
  if (watch_.has_read()) told_.predicted = mean_;
  const bool fails = watch_.has_read() && next == options_.lowest && mean_ > options_.target;
  told_.notices = watch_.notices() | (fails ? kNoticeCannotMeet : 0U);
  return next;
}

}  // namespace tnn
