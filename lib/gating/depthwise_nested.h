#pragma once

#include "gating/gating_strategy.h"

namespace tnn {

/// NESTED gating over stages (DTNN 4.2.2). The branch gates of a graph are its stages, with B_j blocks each, S in all. The stages are
/// passed from the last to the first, again and again, and each with less than its share, g_j < B_j u, gets one more block, until the
/// target is reached: min(S, floor(u (S + 1))), or ceil(u S) by the other rounding. Within a stage the first g_j blocks run. Channel gates
/// follow NESTED, so that width and depth shrink at once.
///
/// By this rule a stage may lose a block where u grows and another stage's share opens (B = 16 and 4: 4 + 1 blocks at u = .25, 3 + 2 at
/// .26): blocks are nested within a stage, operating points not always.
class DepthwiseNestedGating : public GatingStrategy {
 public:
  DepthwiseNestedGating(const Graph& graph, GatingRule rule) : GatingStrategy(graph, std::move(rule)) {}
  Configuration configuration(double u, RandomStream& random) const override;
  bool is_random() const override { return false; }

 protected:
  std::vector<int> counts(double u) const override;
  std::vector<double> steps() const override;
  int finest_cardinality() const override;

 private:
  std::vector<size_t> stages() const;  ///< indices of the branch gates
  int blocks() const;                  ///< S
};

}  // namespace tnn
