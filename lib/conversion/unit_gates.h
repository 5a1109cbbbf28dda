#pragma once

#include <vector>

#include "conversion/coupled_channels.h"

namespace tnn {

/// How units become the groups of gates.
struct UnitGateOptions {
  int64_t group_units = 1;  ///< units that a gate opens together; for a set whose units they do not divide the next smaller divisor
  int64_t least_units = 2;  ///< units of each set that stay open
};

/// One set of coupled channels behind a gate of its own.
struct GatedSet {
  size_t set = 0;           ///< its index
  GateId gate = kNone;      ///< in the gated graph, whose gates are in the order of the sets
  int64_t group_units = 1;  ///< units of one group
};

struct GatedGraph {
  Graph graph;
  std::vector<GatedSet> sets;  ///< sets too small to be narrowed are left out
};

/// A graph without gates with a channel gate for each set, named like the set's first space. UsageError where it has gates, or where no set
/// can be narrowed.
GatedGraph gate_units(const Graph& graph, const std::vector<CoupledChannels>& sets, const UnitGateOptions& options);

}  // namespace tnn
