#include "evaluation/paired_test.h"

#include "catch_compat.h"

using namespace tnn;

TEST_CASE("the binomial distribution, by hand and by published values") {
  CHECK(binomial_cdf(-1, 5, 0.5) == 0);
  CHECK(binomial_cdf(0, 3, 0.5) == Approx(0.125));
  CHECK(binomial_cdf(2, 3, 0.5) == Approx(0.875));
  CHECK(binomial_cdf(3, 3, 0.5) == 1);
  CHECK(binomial_cdf(0, 230, 0.01) <= 0.1);  // no loss in 230 shows a risk of at most 1 % at confidence 0.9
  CHECK(binomial_cdf(0, 229, 0.01) > 0.1);
  CHECK(binomial_cdf(500, 10000, 0.05) == Approx(0.5146).margin(0.003));
}

TEST_CASE("McNemar's exact test") {
  CHECK(mcnemar_p_value(0, 0) == 1);
  CHECK(mcnemar_p_value(5, 5) == 1);
  CHECK(mcnemar_p_value(1, 9) == Approx(2 * (1 + 10) / 1024.0));
  CHECK(mcnemar_p_value(9, 1) == mcnemar_p_value(1, 9));
}

TEST_CASE("the paired bootstrap covers the mean difference and repeats") {
  std::vector<double> a, b;
  for (int i = 0; i < 400; ++i) a.push_back(i % 2), b.push_back(i % 4 == 1 ? 1 : 0);
  const PairedDifference difference = paired_bootstrap(a, b, 3), again = paired_bootstrap(a, b, 3);
  CHECK(difference.mean == Approx(0.25));
  CHECK(difference.low > 0.2);
  CHECK(difference.high < 0.3);
  CHECK(difference.low < difference.high);
  CHECK(again.low == difference.low);
  CHECK(paired_bootstrap({}, {}).mean == 0);
}
