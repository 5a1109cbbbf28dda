#pragma once

#include <optional>
#include <string>
#include <vector>

#include "graph/node.h"

namespace tnn {

/// A result of the network: a node's value, by a name.
struct Output {
  std::string name;
  NodeId node = kNone;
  bool operator==(const Output&) const = default;
};

/// A throttleable network as one declaration: gates, channel spaces and nodes in the order of computation. Everything else - execution,
/// cost, export, the runtime - reads it. Built by GraphBuilder or from JSON, then never changed.
class Graph {
 public:
  const std::string& name() const { return name_; }
  const std::vector<Gate>& gates() const { return gates_; }
  const std::vector<ChannelSpace>& spaces() const { return spaces_; }
  const std::vector<Node>& nodes() const { return nodes_; }
  /// One or more, by different names; a classifier's first is its logits.
  const std::vector<Output>& outputs() const { return outputs_; }

  const Node& node(NodeId id) const { return nodes_.at(static_cast<size_t>(id)); }
  const Gate& gate(GateId id) const { return gates_.at(static_cast<size_t>(id)); }
  const ChannelSpace& space(SpaceId id) const { return spaces_.at(static_cast<size_t>(id)); }
  /// The only Input node (always the first).
  const Node& input() const { return nodes_.front(); }
  /// Channels of a shape with every group active.
  int64_t channels(const TensorShape& shape) const;
  /// {channels, extent...} with every group active.
  std::vector<int64_t> dimensions(const TensorShape& shape) const;
  /// The same for the i-th input of a node.
  const TensorShape& input_shape(const Node& node, size_t i = 0) const { return nodes_.at(static_cast<size_t>(node.inputs.at(i))).shape; }

  const TensorShape& shape(const Output& output) const { return node(output.node).shape; }

  std::optional<NodeId> find_node(const std::string& node_name) const;

  bool operator==(const Graph&) const = default;

 private:
  friend class GraphBuilder;
  std::string name_;
  std::vector<Gate> gates_;
  std::vector<ChannelSpace> spaces_;
  std::vector<Node> nodes_;
  std::vector<Output> outputs_;
};

/// "64 x 32 x 32" for listings.
std::string describe_shape(const Graph& graph, const TensorShape& shape);

}  // namespace tnn
