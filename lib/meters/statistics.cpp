#include "meters/statistics.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace tnn {
namespace {

/// 97.5 % quantiles of Student's t for 1, 2, ... degrees of freedom.
constexpr double kStudent[] = {12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160, 2.145, 2.131,
                               2.120,  2.110, 2.101, 2.093, 2.086, 2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042};
constexpr size_t kListed = sizeof kStudent / sizeof kStudent[0];

double student(size_t freedom) { return kStudent[std::min(freedom, kListed) - 1]; }

}  // namespace

double percentile(const std::vector<double>& sorted, double share) {
  if (sorted.empty()) throw std::logic_error("a percentile of no values");
  const auto count = static_cast<double>(sorted.size());
  const auto rank = static_cast<size_t>(std::clamp(std::ceil(share * count - 1e-9), 1.0, count));
  return sorted[rank - 1];
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return percentile(values, 0.5);
}

Estimate estimate_mean(const std::vector<double>& values) {
  if (values.empty()) throw std::logic_error("a mean of no values");
  const auto count = static_cast<double>(values.size());
  double sum = 0, squares = 0;
  for (const double value : values) sum += value;
  Estimate estimate{sum / count};
  if (values.size() < 2) return estimate;
  for (const double value : values) squares += (value - estimate.value) * (value - estimate.value);
  const double half = student(values.size() - 1) * std::sqrt(squares / (count - 1) / count);
  estimate.low = estimate.value - half;
  estimate.high = estimate.value + half;
  return estimate;
}

std::optional<bool> differs_beyond_noise(const std::vector<double>& a, const std::vector<double>& b) {
  std::vector<double> differences;
  for (size_t i = 0; i < std::min(a.size(), b.size()); ++i) differences.push_back(a[i] - b[i]);
  if (differences.size() < 2) return std::nullopt;
  const Estimate mean = estimate_mean(differences);
  return *mean.low > 0 || *mean.high < 0;
}

std::optional<double> early_stopping_percentile(const std::vector<double>& sorted, double share) {
  constexpr double kDoubt = 0.01;
  const auto count = static_cast<double>(sorted.size());
  const double above = 1 - share;
  size_t discarded = 0;
  double cumulative = 0;
  for (size_t t = 0; t < sorted.size(); ++t) {
    const auto k = static_cast<double>(t);
    cumulative += std::exp(std::lgamma(count + 1) - std::lgamma(k + 1) - std::lgamma(count - k + 1) + k * std::log(above) +
                           (count - k) * std::log(share));
    if (cumulative > kDoubt) break;
    discarded = t;
  }
  if (discarded == 0) return std::nullopt;
  return sorted[sorted.size() - discarded];
}

}  // namespace tnn
