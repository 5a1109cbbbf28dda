#pragma once

#include <cstdint>
#include <vector>

#include "graph/graph.h"

namespace tnn {

/// Channels that change their order, and are opened, together: those of one channel space, or of all spaces that grouped convolutions tie
/// to one another. Each of the spaces is cut into the same number of equal runs of channels, the *units*: unit k is run k of every space.
/// Without grouped convolutions a unit is one channel, what sums and depthwise convolutions share is one space; a grouped convolution's
/// unit is one of its groups (several, where convolutions of different numbers of groups meet).
struct CoupledChannels {
  std::vector<SpaceId> spaces;  ///< rising
  int64_t units = 1;
  bool operator==(const CoupledChannels&) const = default;
};

/// The sets whose units may be put into any order without changing what the network computes: all but those of the input, of outputs, of
/// channel shuffles and pads (their channels have places), and of what is tied to them. In the order of their first spaces.
std::vector<CoupledChannels> coupled_channels(const Graph& graph);

}  // namespace tnn
