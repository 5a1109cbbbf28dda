#include "control/target_governor.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/error.h"

namespace tnn {
namespace {

constexpr double kCautionRate = 0.01;  ///< of b, an inference
constexpr double kMostCaution = 0.7;   ///< predictions are doubled at most
constexpr int kMostPatience = 16;      ///< times the option's
constexpr int kSoon = 3, kCalm = 20;   ///< patiences: within the one a rise was wrong, after the other it is forgotten

const PointProfile& checked(const PointProfile& profile, const TargetOptions& options) {
  check_profile(profile, profile.size());
  if (profile.empty()) throw UsageError("a profile without operating points");
  if (!(options.target > 0 && std::isfinite(options.target)))
    throw UsageError(fmt::format("a target of {} (allowed: above 0)", options.target));
  if (!(options.quantile >= 0.5 && options.quantile < 1))
    throw UsageError(fmt::format("quantile {} is outside [0.5, 1)", options.quantile));
  if (options.lowest < 0 || options.lowest >= static_cast<int>(profile.size()))
    throw UsageError(fmt::format("smallest point {} does not exist (allowed: 0 to {})", options.lowest, profile.size() - 1));
  if (options.patience < 1 || !(options.margin >= 0 && options.margin < 1))
    throw UsageError("patience must be 1 or more, margin in [0, 1)");
  if (options.quantity == TargetOptions::Quantity::power)
    for (size_t i = 0; i < profile.size(); ++i)
      if (std::isnan(profile[i].power_mw)) throw UsageError(fmt::format("the profile has no power of operating point {}", i));
  return profile;
}

}  // namespace

TargetGovernor::TargetGovernor(const PointProfile& profile, const TargetOptions& options)
    : Governor(options.lowest),
      profile_(checked(profile, options)),
      options_(options),
      deviations_(options.quantity == TargetOptions::Quantity::power ? 0 : normal_quantile(options.quantile)),
      watch_(options.watch),
      filter_(log_spread(profile_[static_cast<size_t>(options.lowest)])),
      patience_(options.patience) {}

double TargetGovernor::median_of(const ProfiledPoint& point) const noexcept {
  return options_.quantity == TargetOptions::Quantity::power ? point.power_mw : point.p50_ms;
}

/// ln of the quantile's prediction over s m_i.
double TargetGovernor::quantile_factor(const ProfiledPoint& point) const noexcept {
  const double profiled = log_spread(point);
  return std::max(deviations_ * profiled, deviations_ * std::max(profiled, filter_.spread()) + caution_);
}

double TargetGovernor::prediction(int point) const noexcept {
  const ProfiledPoint& profiled = profile_[static_cast<size_t>(point)];
  return filter_.slowdown() * median_of(profiled) * std::exp(quantile_factor(profiled));
}

/// Of the points up to `from`; below the smallest allowed one where none does.
int TargetGovernor::largest_that_fits(int from, double share_of_target) const noexcept {
  for (int i = from; i >= options_.lowest; --i)
    if (prediction(i) <= options_.target * share_of_target) return i;
  return options_.lowest - 1;
}

/// Takes one measurement of a point that was used. Caution goes by the prediction before it.
void TargetGovernor::learn(const ProfiledPoint& used, double value) noexcept {
  if (deviations_ > 0 && watch_.has_read() && (told_.notices & kNoticeStarting) == 0) {
    const double beyond = std::log(value / (filter_.slowdown() * used.p50_ms)), factor = quantile_factor(used);
    const bool helps = beyond - factor <= kMostCaution;  // for more (a thread set aside for milliseconds) no caution does
    caution_ += kCautionRate * ((beyond > factor && helps ? 1 : 0) - (1 - options_.quantile));
    const double spread_excess = std::max(0.0, filter_.spread() - log_spread(used));
    caution_ = std::clamp(caution_, -deviations_ * spread_excess, kMostCaution);
  }
  filter_.add(value / median_of(used));
}

/// After a fall. A rise that is taken back soon asks for more patience next time.
void TargetGovernor::be_patient() noexcept {
  if (rose_ && since_rise_ <= int64_t{kSoon} * patience_) patience_ = std::min(patience_ * 2, options_.patience * kMostPatience);
  rose_ = false, fitting_ = 0;
}

int TargetGovernor::choose(int current, double time_s) noexcept {
  ++since_rise_, ++since_change_;
  if (since_change_ > int64_t{kCalm} * patience_) patience_ = std::max(options_.patience, patience_ / 2), since_change_ = 0;
  if (prediction(current) > options_.target) {
    const int next = std::max(options_.lowest, largest_that_fits(current - 1, 1));
    if (next < current) be_patient(), since_change_ = 0, switched_s_ = time_s;
    fitting_ = 0;
    return next;
  }
  const int fits = largest_that_fits(static_cast<int>(profile_.size()) - 1, 1 - options_.margin);
  if (fits <= current) {
    fitting_ = 0;
    return current;
  }
  if (fitting_ == 0) candidate_ = fits, fitting_since_s_ = time_s;
  candidate_ = std::min(candidate_, fits);
  const double wait_s = options_.patience_s * patience_ / options_.patience;
  if (++fitting_ < patience_ || time_s - fitting_since_s_ < wait_s) return current;
  fitting_ = 0, rose_ = true, since_rise_ = since_change_ = 0, switched_s_ = time_s;
  return candidate_;
}

int TargetGovernor::decide(const Reading& reading) noexcept {
  const bool power = options_.quantity == TargetOptions::Quantity::power;
  const bool usable = watch_.take(reading.time_s, power ? reading.power_mw : reading.latency_ms);
  told_.ignored = watch_.ignored();
  const int current = point();
  int next = current;
  const bool known = reading.point < static_cast<int>(profile_.size());
  if (usable && known && !watch_.is_frozen() && reading.time_s >= switched_s_ + options_.dead_time_s) {
    learn(profile_[static_cast<size_t>(reading.point)], power ? reading.power_mw : reading.latency_ms);
    next = choose(current, reading.time_s);
  }
  if (watch_.is_frozen() || watch_.is_missing()) next = options_.lowest, fitting_ = 0;
  told_.slowdown = filter_.slowdown();
  told_.predicted = prediction(next);
  const bool fails = watch_.has_read() && next == options_.lowest && told_.predicted > options_.target;
  told_.notices = watch_.notices() | (fails ? kNoticeCannotMeet : 0U);
  return next;
}

}  // namespace tnn
