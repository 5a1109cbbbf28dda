#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

#include "network/network.h"

namespace tnn {

/// One forward pass over the nodes of a graph. A value holds the computed channels only; masks multiply what a sample does not see by zero,
/// after each node that would not leave zeros zero (a batch norm maps a closed channel to beta - gamma mu / sigma).
class Executor {
 public:
  Executor(const Network& network, const Execution& execution, const Pass& pass);
  /// The outputs, at full width.
  std::vector<at::Tensor> run(const at::Tensor& input);

 private:
  at::Tensor evaluate(NodeId id);
  at::Tensor convolution(NodeId id, const Convolution& options, const at::Tensor& x);
  at::Tensor linear(NodeId id, const at::Tensor& x);
  at::Tensor batch_norm(NodeId id, const BatchNorm& options, const at::Tensor& x);
  at::Tensor batch_norm_per_sample(NodeId id, const BatchNorm& options, const at::Tensor& x);
  at::Tensor layer_norm(NodeId id, const LayerNorm& options, const at::Tensor& x);
  at::Tensor activation(NodeId id, const Activation& options, const at::Tensor& x);
  at::Tensor pool(const Node& node, const Pool& options, const at::Tensor& x);
  at::Tensor add(const Node& node);
  at::Tensor concat(const Node& node);
  at::Tensor dropout(NodeId id, const Dropout& options, const at::Tensor& x);
  at::Tensor regions(const Node& node, const RoiAlign& options);

  const Node& node(NodeId id) const { return graph_.node(id); }
  const at::Tensor& value(NodeId id) const { return values_[static_cast<size_t>(id)]; }
  ChannelRanges computed_channels(const TensorShape& shape) const { return active_channels(graph_, shape, execution_.computed); }
  at::Tensor empty_output(const Node& node, const at::Tensor& like) const;
  /// A node's value with zeros in the channels that are not computed.
  at::Tensor at_full_width(NodeId id) const;
  bool needs_mask(const Node& node) const;
  /// [1 or N, computed channels]: 1 where a sample sees the channel.
  at::Tensor channel_mask(const TensorShape& shape) const;
  at::Tensor masked(const Node& node, const at::Tensor& x) const;
  /// What each channel that a node reads weighs in the statistics of a sample, [1 or N, computed channels]: 1 where the sample sees it,
  /// else 0; of real-valued gates their values. Undefined where all weigh alike.
  at::Tensor channel_weights(const Node& node) const;
  /// The factors of real-valued gates for a node's result, [N or 1, channels]; undefined where it needs none.
  at::Tensor gate_factors(NodeId id) const;
  /// The factor of compensation for the result, a tensor [N or 1]; undefined where it is 1.
  at::Tensor compensation(NodeId id) const;
  /// A node's result times all of these.
  at::Tensor gated(NodeId id, const at::Tensor& result) const;
  /// May the node overwrite its only input? Only what no one else reads and no gradient needs.
  bool may_overwrite(NodeId id) const;
  /// Whether batch norms use stored statistics rather than the batch's.
  bool normalizes_as_stored() const { return pass_.phase == Phase::evaluate || network_.description().batch_norm == BatchNormMode::frozen; }
  bool per_sample() const { return execution_.masks.size() > 1; }

  const Network& network_;
  const Graph& graph_;
  const Execution& execution_;
  const Pass& pass_;
  std::vector<at::Tensor> values_;
  std::vector<int> uses_;
  at::Tensor input_, regions_;  ///< what the regions were chosen from, and they themselves
};

}  // namespace tnn
