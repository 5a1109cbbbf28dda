#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "conversion/width_model.h"

namespace tnn {

/// What a choice of widths must keep to.
struct WidthLimits {
  int64_t macs = 0;
  std::optional<int64_t> activation_bytes;
  Widths least, most;  ///< of each gate, both included: what smaller and larger operating points have decided
};

/// The importance of the groups of each gate, in the order in which they open: falling.
using GroupGains = std::vector<std::vector<double>>;

struct WidthChoice {
  Widths widths;
  double importance = 0;  ///< the sum of the open groups
  int solved = 0;         ///< integer programs
};

/// The most important widths within limits (REDS's knapsack), with the MACs that the network really has at these widths. MACs are products
/// of widths, which a knapsack cannot say, so they are taken as linear around the widths in hand: the knapsack that this gives is
/// solved, its choice is brought within the limits and filled up by true MACs, and becomes the widths in hand where it is better;
/// else the next knapsack may move half as far. It ends where no group can move. That is repeated from several beginnings, and the best is
/// taken; as true MACs are not convex, it need not be the best of all. Empty where even `least` is beyond the limits.
std::optional<WidthChoice> search_widths(const WidthModel& model, const GroupGains& gains, const WidthLimits& limits);

}  // namespace tnn
