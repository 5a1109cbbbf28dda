#pragma once

#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

#include "graph/graph.h"

namespace tnn {

/// Declares a graph node by node, inferring shapes and checking each declaration as it is made: a mistake is a UsageError that names the
/// node, what is wrong and what would be allowed.
///
///     GraphBuilder b("two_layers");
///     const NodeId image = b.input({3, 32, 32});
///     const GateId gate = b.channel_gate("width", 16);
///     NodeId x = b.convolution("conv1", image, 64, gate, {.window = {.kernel = {3}, .padding = {1}}});
///     x = b.linear("fc", b.flatten("flatten", b.relu("relu1", x)), 10);
///     const Graph graph = b.finish({x});
///
/// Window entries of one element count for every dimension; left out: stride 1, padding 0, dilation 1 (pooling: stride = kernel).
class GraphBuilder {
 public:
  explicit GraphBuilder(std::string name) { graph_.name_ = std::move(name); }

  /// A gate over D groups of channels; D >= 1, 0 <= min_active <= D.
  GateId channel_gate(const std::string& name, int groups, int min_active = 1);
  /// A gate over D regions; which nodes lie in region i is said by begin_branch(gate, i) ... end_branch().
  GateId branch_gate(const std::string& name, int groups, int min_active = 0);
  /// A channel space, to be shared by nodes whose results are added; gate kNone: always all active.
  SpaceId space(const std::string& name, int64_t channels, GateId gate = kNone);

  void begin_branch(GateId gate, int index);
  void end_branch();

  /// {channels, height, width} or {channels, frames, height, width} or {features}. Once, and first.
  NodeId input(const std::vector<int64_t>& shape);

  NodeId convolution(const std::string& name, NodeId x, SpaceId output, Convolution options);
  /// With a channel space of its own, named like the node.
  NodeId convolution(const std::string& name, NodeId x, int64_t channels, GateId gate, Convolution options);
  /// One filter a channel; the output lives in the input's spaces.
  NodeId depthwise_convolution(const std::string& name, NodeId x, Window window, bool bias = true);
  NodeId linear(const std::string& name, NodeId x, SpaceId output, Linear options = {});
  NodeId linear(const std::string& name, NodeId x, int64_t features, GateId gate = kNone, Linear options = {});
  NodeId batch_norm(const std::string& name, NodeId x, BatchNorm options = {});
  NodeId layer_norm(const std::string& name, NodeId x, LayerNorm options = {});
  NodeId activation(const std::string& name, NodeId x, ActivationKind kind);
  NodeId relu(const std::string& name, NodeId x) { return activation(name, x, ActivationKind::relu); }
  NodeId pool(const std::string& name, NodeId x, Pool options);
  NodeId global_pool(const std::string& name, NodeId x, PoolKind kind = PoolKind::average);
  NodeId add(const std::string& name, const std::vector<NodeId>& operands);
  NodeId concat(const std::string& name, const std::vector<NodeId>& operands);
  NodeId flatten(const std::string& name, NodeId x);
  NodeId dropout(const std::string& name, NodeId x, double probability);
  NodeId channel_shuffle(const std::string& name, NodeId x, int64_t groups);
  /// The same into a space declared before.
  NodeId channel_shuffle(const std::string& name, NodeId x, SpaceId output, int64_t groups);
  /// x in the middle of `output`, which has as many channels or more: `before` zero channels in front of it, zeros behind it.
  NodeId channel_pad(const std::string& name, NodeId x, SpaceId output, int64_t before);
  /// Each position `factor` times in every spatial dimension.
  NodeId upsample(const std::string& name, NodeId x, int64_t factor);
  /// Of one {C, H, W}; once, and nothing that is computed from it may read what is not.
  NodeId roi_align(const std::string& name, NodeId x, RoiAlign options) { return roi_align(name, std::vector{x}, options); }
  /// Of the levels of a feature pyramid: several {C, H, W} over the same channel spaces, each half as high and wide as the one before.
  NodeId roi_align(const std::string& name, const std::vector<NodeId>& levels, RoiAlign options);

  const TensorShape& shape(NodeId node) const { return graph_.node(node).shape; }
  int64_t channels(NodeId node) const { return graph_.channels(shape(node)); }

  /// The declared graph; `outputs` are its results (a classifier has one: the logits). `names`: one for each, or none: the nodes' own.
  Graph finish(const std::vector<NodeId>& outputs, const std::vector<std::string>& names = {});

  /// A declared graph with a node's value as one more output, the last, by the node's name ("fc'" where an output of another node has it);
  /// the graph itself where the node's value is an output already. UsageError where there is no such node or it cannot be an output.
  static Graph with_output(const Graph& graph, const std::string& node);

 private:
  NodeId append(Node node);
  void check_inputs(const std::string& name, const std::vector<NodeId>& inputs) const;
  GateId add_gate(Gate gate);
  NodeId append_weighted(const std::string& name, NodeId x, SpaceId output, Operation operation, std::vector<int64_t> extent);
  void check_weights(const std::string& name, NodeId x, SpaceId output, int64_t groups, const std::vector<int64_t>& kernel) const;
  void check_space(const std::string& name, SpaceId output) const;
  void check_shared_weights(const std::string& name, NodeId x, SpaceId output, const Convolution& options) const;
  void check_levels(const std::string& name, const std::vector<NodeId>& levels) const;
  void require_ungated(const std::string& name, const char* kind, NodeId x, SpaceId output) const;

  Graph graph_;
  std::vector<Branch> branches_;
  std::unordered_set<std::string> gate_names_, space_names_, node_names_;
  size_t parts_ = 0;  // of the shapes of all nodes, and the branches of these parts
};

/// The place of a node's value among the outputs of a graph.
std::optional<size_t> find_output(const Graph& graph, NodeId node);

}  // namespace tnn
