#include "conversion/measured_search.h"

#include <cmath>

#include "catch_compat.h"
#include "core/random_stream.h"

using namespace tnn;

namespace {

/// Layers in a row whose losses fall with their widths, each at a rate of its own, and whose costs are products of neighbouring widths.
struct Chain {
  explicit Chain(uint64_t seed) {
    RandomStream random(seed, RandomPurpose::other, {5});
    const size_t gates = 2 + random.below(2);
    for (size_t g = 0; g < gates; ++g) {
      full.push_back(4 + static_cast<int64_t>(random.below(5)));
      importance.push_back(0.1 + random.uniform());
      positions.push_back(1 + static_cast<double>(random.below(16)));
    }
    least.assign(gates, 1);
  }
  double loss(const Widths& widths) const {
    double sum = 0;
    for (size_t g = 0; g < widths.size(); ++g)
      sum += importance[g] * std::exp(-2.5 * static_cast<double>(widths[g]) / static_cast<double>(full[g]));
    return sum;
  }
  double cost(const Widths& widths) const {
    double sum = 0;
    for (size_t g = 0; g < widths.size(); ++g) sum += positions[g] * static_cast<double>((g > 0 ? widths[g - 1] : 1) * widths[g]);
    return sum;
  }
  WidthMeasures measures() const {
    const auto each = [](auto&& one) {
      return [one](const std::vector<Widths>& widths) {
        std::vector<double> values;
        for (const Widths& w : widths) values.push_back(one(w));
        return values;
      };
    };
    return {each([this](const Widths& w) { return loss(w); }), each([this](const Widths& w) { return cost(w); })};
  }
  /// Every choice within the budget.
  double lowest_loss(double budget) const {
    double lowest = HUGE_VAL;
    Widths widths = least;
    for (;;) {
      if (cost(widths) <= budget) lowest = std::min(lowest, loss(widths));
      size_t g = 0;
      for (; g < widths.size() && widths[g] == full[g]; ++g) widths[g] = least[g];
      if (g == widths.size()) return lowest;
      ++widths[g];
    }
  }

  Widths least, full;
  std::vector<double> importance, positions;
};

}  // namespace

TEST_CASE("a measured search keeps to its budget and comes close to the best of all widths") {
  int best = 0;
  double farthest = 0;
  for (uint64_t seed = 0; seed < 200; ++seed) {
    const Chain chain(seed);
    MeasuredSearch search(chain.least, chain.full, chain.measures());
    const double full = chain.cost(chain.full), smallest = chain.cost(chain.least);
    INFO("seed " << seed);
    for (const double share : {0.3, 0.6}) {
      const double budget = smallest + share * (full - smallest);
      const MeasuredWidths narrowed = search.narrowed(search.measure(chain.full), budget), found = search.exchanged(narrowed, budget);
      REQUIRE(narrowed.cost <= budget);
      REQUIRE(found.cost <= budget);
      REQUIRE(found.loss <= narrowed.loss);
      REQUIRE(found.loss == chain.loss(found.widths));
      REQUIRE(found.cost == chain.cost(found.widths));
      const double lowest = chain.lowest_loss(budget), above = found.loss / lowest - 1;
      REQUIRE(above >= -1e-12);
      best += above < 1e-9;
      farthest = std::max(farthest, above);
    }
  }
  CHECK(best >= 300);
  CHECK(farthest <= 0.15);
}

TEST_CASE("a measured search ends where nothing can be closed, and at losses that are no numbers") {
  const Chain chain(1);
  MeasuredSearch search(chain.least, chain.full, chain.measures());
  const MeasuredWidths least = search.narrowed(search.measure(chain.full), 0);
  CHECK(least.widths == chain.least);
  CHECK(search.exchanged(least, chain.cost(chain.least)).widths == chain.least);

  WidthMeasures broken = chain.measures();
  broken.loss = [](const std::vector<Widths>& widths) { return std::vector<double>(widths.size(), std::nan("")); };
  MeasuredSearch lost(chain.least, chain.full, broken);
  const double budget = 0.5 * chain.cost(chain.full);
  CHECK(lost.exchanged(lost.narrowed(lost.measure(chain.full), budget), budget).cost <= budget);
}
