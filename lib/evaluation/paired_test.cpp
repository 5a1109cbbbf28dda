#include "evaluation/paired_test.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "core/random_stream.h"

namespace tnn {
namespace {

constexpr int kResamples = 2000;

}  // namespace

double binomial_cdf(int64_t k, int64_t n, double p) {
  if (k < 0) return 0;
  if (k >= n || p <= 0) return 1;
  if (p >= 1) return 0;
  const double log_p = std::log(p), log_q = std::log1p(-p), of_n = std::lgamma(static_cast<double>(n) + 1);
  double sum = 0;
  for (int64_t i = 0; i <= k; ++i) {
    const auto x = static_cast<double>(i), rest = static_cast<double>(n - i);
    sum += std::exp(of_n - std::lgamma(x + 1) - std::lgamma(rest + 1) + x * log_p + rest * log_q);
  }
  return std::min(1.0, sum);
}

double mcnemar_p_value(int64_t only_a, int64_t only_b) {
  return std::min(1.0, 2 * binomial_cdf(std::min(only_a, only_b), only_a + only_b, 0.5));
}

PairedDifference paired_bootstrap(const std::vector<double>& a, const std::vector<double>& b, uint64_t seed) {
  if (a.size() != b.size()) throw std::logic_error("a paired test of lists of different lengths");
  const size_t count = a.size();
  if (count == 0) return {};
  std::vector<double> differences(count);
  double sum = 0;
  for (size_t i = 0; i < count; ++i) sum += differences[i] = a[i] - b[i];
  std::vector<double> means(kResamples);
  for (size_t r = 0; r < means.size(); ++r) {
    RandomStream random(seed, RandomPurpose::other, {r});
    double resampled = 0;
    for (size_t i = 0; i < count; ++i) resampled += differences[random.below(count)];
    means[r] = resampled / static_cast<double>(count);
  }
  std::sort(means.begin(), means.end());
  const auto quantile = [&](double q) { return means[static_cast<size_t>(q * (kResamples - 1) + 0.5)]; };
  return {sum / static_cast<double>(count), quantile(0.025), quantile(0.975)};
}

}  // namespace tnn
