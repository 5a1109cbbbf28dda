#pragma once

#include <cstdint>
#include <vector>

#include "gating/configuration.h"

namespace tnn {

/// Of one number of an activation.
constexpr int64_t kActivationBytes = 4;

/// What is held at once, step by step: for each node, while it runs, the nodes whose results lie in memory of their own then. The peak
/// (peak_activation_bytes) is the largest sum of their bytes.
std::vector<std::vector<NodeId>> held_results(const Graph& graph, const Configuration& configuration);

}  // namespace tnn
