#pragma once

#include <vector>

#include "graph/graph_builder.h"

namespace tnn {

/// Declares a graph's gates, channel spaces and nodes once more in another one, as a whole or in part, under the names they have.
class GraphCopy {
 public:
  /// Declares all gates, so that a configuration of `from` is one of the new graph.
  GraphCopy(const Graph& from, GraphBuilder& builder);
  /// Declares those gates alone that these nodes have: 1 where a node of `from` will be copied.
  GraphCopy(const Graph& from, GraphBuilder& builder, const std::vector<char>& nodes);

  /// Says what stands for a node of `from` in the new graph.
  void place(NodeId original, NodeId copy) { copies_.at(static_cast<size_t>(original)) = copy; }
  /// What stands for it; kNone where nothing does yet.
  NodeId copy_of(NodeId original) const { return copies_.at(static_cast<size_t>(original)); }

  /// The same operation over the copies of its inputs, which are there already. The input is declared with its shape.
  NodeId append(NodeId original);

 private:
  void declare_gate(size_t gate);
  GateId gate_of(GateId gate) const { return gate == kNone ? kNone : gates_[static_cast<size_t>(gate)]; }
  /// The space in the new graph, declared when it is first needed.
  SpaceId space_of(const Node& node);

  const Graph& from_;
  GraphBuilder& builder_;
  std::vector<GateId> gates_;    ///< of each gate of `from`
  std::vector<NodeId> copies_;   ///< of each node
  std::vector<SpaceId> spaces_;  ///< of each space
};

}  // namespace tnn
