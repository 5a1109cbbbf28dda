#pragma once

#include <cstdint>
#include <optional>
#include <vector>

namespace tnn {

/// A mean over repetitions with its 95 % interval (Student's t); no interval of fewer than two.
struct Estimate {
  double value = 0;
  std::optional<double> low = {}, high = {};
};

/// The value at rank ceil(share * n) of sorted values (nearest rank); std::logic_error of none.
double percentile(const std::vector<double>& sorted, double share);
double median(std::vector<double> values);

/// std::logic_error of no values.
Estimate estimate_mean(const std::vector<double>& values);

/// Whether two series that were measured in pairs (the same repetition) differ beyond noise: the 95 % interval of the mean of their
/// differences leaves 0 out. Empty of fewer than two pairs.
std::optional<bool> differs_beyond_noise(const std::vector<double>& a, const std::vector<double>& b);

/// MLPerf's early-stopping estimate of a percentile: with 99 % confidence the true one is not above it. It is the t-th largest value, for
/// the largest t with P(Binomial(n, 1 - share) <= t) <= 1 %. Empty of too few values (of p90: fewer than 64).
std::optional<double> early_stopping_percentile(const std::vector<double>& sorted, double share);

}  // namespace tnn
