#pragma once

#include <vector>

#include "gating/gating_strategy.h"

namespace tnn {

/// Where the factors of gates come in a graph: real-valued gates and compensation multiply a block's result once.
struct GateSites {
  std::vector<NodeId> norm_after;            ///< of each node the normalisation that alone reads it, else kNone
  std::vector<std::vector<NodeId>> readers;  ///< of each node
  std::vector<GateId> compensated;           ///< compensated_nodes(); empty where the rule has no compensation
};
GateSites find_gate_sites(const Graph& graph, Compensation compensation);

}  // namespace tnn
