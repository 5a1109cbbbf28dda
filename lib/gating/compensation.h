#pragma once

#include <string>
#include <vector>

#include "gating/configuration.h"

namespace tnn {

/// What makes up for the groups that a channel gate closes: the block's outputs are multiplied by a factor of d active groups of D.
enum class Compensation {
  none,     ///< 1
  mean,     ///< 1 / d: a mean over the active groups instead of a sum
  inverted  ///< D / d, as inverted dropout: a network trained without gates keeps the scale of its sums
};
Compensation compensation_from_name(const std::string& name);
std::string compensation_name(Compensation compensation);

/// The factor of a gate with these active groups; 1 where none is active.
double compensation_factor(Compensation compensation, const ActiveGroups& active);

/// The gate whose factor multiplies the result of each node; kNone for most. A block's factor comes once: after a convolution or linear
/// layer into a gated channel space, or after the normalisation that alone reads it. Depthwise convolutions keep the
/// space of their input, and with it the factor. A region of a branch gate is a block of its own with D = 1 (Eq. 3): factor 1.
std::vector<GateId> compensated_nodes(const Graph& graph);

/// Of each node the normalisation that alone reads its result; kNone where there is none, or the result is an output of the graph.
std::vector<NodeId> norms_after(const Graph& graph);

}  // namespace tnn
