#pragma once

#include "gating/gating_strategy.h"

namespace tnn {

/// INDEPENDENT gating (DTNN 3.2.3): d groups of every gate, drawn without replacement and independently of each other.
class IndependentGating : public GatingStrategy {
 public:
  IndependentGating(const Graph& graph, GatingRule rule) : GatingStrategy(graph, std::move(rule)) {}
  Configuration configuration(double u, RandomStream& random) const override;
  bool is_random() const override { return true; }
};

}  // namespace tnn
