#include "evaluation/risk_control.h"

#include <cmath>

#include "catch_compat.h"
#include "core/random_stream.h"

using namespace tnn;

TEST_CASE("the last setting before the first that fails is certified, not a cheaper one after it") {
  const RiskTarget target{0.05, 0.9};
  CHECK(last_certified({0, 1, 30, 0}, 200, target)->index == 1);
  CHECK(last_certified({0, 0, 0}, 200, target)->index == 2);
  CHECK_FALSE(last_certified({40, 0}, 200, target));
  CHECK_FALSE(last_certified({0}, 10, target));
  CHECK_FALSE(last_certified({}, 200, target));
  CHECK(samples_needed({0.01, 0.9}) == 230);
  CHECK(samples_needed({0.5, 0.5}) == 1);
  for (const double risk : {0.5, 0.25, 0.1, 0.01})  // confidences that a number of samples meets to the last digit, or not
    for (int n = 1; n < 12; ++n) {
      const RiskTarget exact{risk, 1 - std::pow(1 - risk, n)};
      CHECK(last_certified({0}, samples_needed(exact), exact).has_value());
    }
}

TEST_CASE("over 2000 simulated data sets a certified setting breaks its promise no more often than it may") {
  // Settings of rising true risk; each sample has one uniform number, and is a loss of every setting whose risk lies above it.
  const std::vector<double> risks{0, 0.005, 0.01, 0.015, 0.02, 0.03, 0.05};
  constexpr int kSets = 2000;
  constexpr int64_t kSamples = 400;
  const RiskTarget target{0.02, 0.9};
  int violations = 0, certified = 0;
  for (uint64_t set = 0; set < kSets; ++set) {
    RandomStream random(set);
    std::vector<int64_t> losses(risks.size());
    for (int64_t i = 0; i < kSamples; ++i) {
      const double number = random.uniform();
      for (size_t s = 0; s < risks.size(); ++s) losses[s] += number < risks[s] ? 1 : 0;
    }
    const auto found = last_certified(losses, kSamples, target);
    if (!found) continue;
    ++certified;
    violations += risks[found->index] > target.risk ? 1 : 0;
  }
  const double allowed = 1 - target.confidence, sigma = std::sqrt(allowed * (1 - allowed) / kSets);
  CHECK(static_cast<double>(violations) / kSets <= allowed + 3 * sigma);
  CHECK(certified == kSets);  // the safest has no loss
  CHECK(violations > 0);      // and the walk is not timid
}
