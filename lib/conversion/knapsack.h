#pragma once

#include <cstdint>
#include <vector>

namespace tnn {

/// A knapsack with several limits, whose items come in kinds: those of a kind weigh the same, and each next one gains no more than the one
/// before it. So a choice is how many of each kind, the first ones.
struct Knapsack {
  struct Limit {
    std::vector<double> weights;  ///< of an item of each kind
    double most = 0;
  };
  std::vector<std::vector<double>> gains;  ///< of each kind's items, falling
  std::vector<Limit> limits;
};

/// How many items of each kind to take for the largest sum of gains, by the integer program solver Cbc, to within one part in two thousand
/// of the best sum. SystemError where it finds nothing, although to take no item is within the limits.
std::vector<int64_t> solve_knapsack(const Knapsack& knapsack);

}  // namespace tnn
