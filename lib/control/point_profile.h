#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "control/governor.h"

namespace tnn {

/// What an operating point took when it was profiled, on a machine that did nothing else.
struct ProfiledPoint {
  double p50_ms = kNoReading;    ///< median latency of one inference
  double p90_ms = kNoReading;    ///< its 90th percentile; at least the median
  double power_mw = kNoReading;  ///< mean power while it runs; not a number: not measured
};
/// One entry for each operating point, by rising u.
using PointProfile = std::vector<ProfiledPoint>;

/// What a model says of an operating point to those who govern it.
struct GovernedPoint {
  double u = 1;
  double accuracy = kNoReading;  ///< a fraction, on validation samples; not a number: not known
};

/// UsageError where a profile does not have `points` entries with 0 < p50 <= p90, all finite.
void check_profile(const PointProfile& profile, size_t points);

/// The profile of a JSON file: {"rows": [{"u": 0.5, "p50_ms": 1.2, "p90_ms": 1.3}, ...]}, other members and rows' members are left alone
/// but for "power_mw". DataError, with the file, where it is damaged, a row lacks a number, or it is a profile of another model: its u are
/// not those of `points`.
PointProfile read_profile(const std::filesystem::path& file, const std::vector<GovernedPoint>& points);

/// The deviation of the logarithm of the latency, as for a log-normal one: ln(p90 / p50) / 1.2816.
double log_spread(const ProfiledPoint& point) noexcept;

/// The quantile of the standard normal distribution, 0 < probability < 1 (Acklam's approximation, relative error below 1.2e-9).
double normal_quantile(double probability) noexcept;

}  // namespace tnn
