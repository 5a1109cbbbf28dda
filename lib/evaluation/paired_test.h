#pragma once

#include <cstdint>
#include <vector>

namespace tnn {

/// P(Bin(n, p) <= k), the binomial distribution; 0 for k < 0. p in [0, 1].
double binomial_cdf(int64_t k, int64_t n, double p);

/// McNemar's exact test of two classifiers on the same samples (McNemar 1947): the two-sided p-value of `only_a` samples that the first
/// alone answers right and `only_b` that the second alone does; 1 where neither is above 0.
double mcnemar_p_value(int64_t only_a, int64_t only_b);

/// A mean difference with its 95 % interval.
struct PairedDifference {
  double mean = 0, low = 0, high = 0;
};
/// The mean of a - b over samples, by the percentile bootstrap over samples (Efron 1979): 2000 resamples, seeded.
PairedDifference paired_bootstrap(const std::vector<double>& a, const std::vector<double>& b, uint64_t seed = 1);

}  // namespace tnn
