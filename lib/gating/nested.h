#pragma once

#include "gating/gating_strategy.h"

namespace tnn {

/// NESTED gating (DTNN 3.2.3): the first d groups of every gate are active, so that each operating point contains all smaller ones.
class NestedGating : public GatingStrategy {
 public:
  NestedGating(const Graph& graph, GatingRule rule) : GatingStrategy(graph, std::move(rule)) {}
  Configuration configuration(double u, RandomStream& random) const override;
  bool is_random() const override { return false; }
};

}  // namespace tnn
