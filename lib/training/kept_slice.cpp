#include "training/kept_slice.h"

#include <c10/core/GradMode.h>

#include "graph/node_traits.h"

namespace tnn {
namespace {

/// The columns of a node's weight that read active channels: of a dense layer those of its inputs, else all.
ChannelRanges read_columns(const Graph& graph, const Node& node, const at::Tensor& weight, const Configuration& configuration) {
  const auto* convolution = std::get_if<Convolution>(&node.operation);
  const bool dense = std::holds_alternative<Linear>(node.operation) || (convolution && convolution->groups == 1 && !convolution->depthwise);
  return dense ? active_channels(graph, graph.input_shape(node), configuration) : ChannelRanges{{0, weight.size(1)}};
}

}  // namespace

KeptSlice::KeptSlice(const Network& network, int point) : point_(point) {
  const Graph& graph = network.graph();
  const Configuration& configuration = network.description().points[static_cast<size_t>(point)].configuration;
  for (const ParameterStore::Entry& entry : network.parameters().trainable()) {
    const Node& node = graph.node(entry.node);
    if (!branches_active(node.branches, configuration)) continue;
    const ChannelRanges channels = active_channels(graph, node.shape, configuration);
    if (entry.per_point)  // rows of this and smaller points; no step at a larger one reads them
      keep(entry.tensor, {{0, point + 1}}, {{0, entry.tensor.size(1)}});
    else
      keep(entry.tensor, channels, entry.tensor.dim() > 1 ? read_columns(graph, node, entry.tensor, configuration) : ChannelRanges{{}});
  }
}

at::Tensor KeptSlice::cut(const at::Tensor& tensor, const Block& block) {
  const at::Tensor rows = tensor.narrow(0, block.rows.begin, block.rows.size());
  return tensor.dim() > 1 ? rows.narrow(1, block.columns.begin, block.columns.size()) : rows;
}

void KeptSlice::keep(const at::Tensor& parameter, const ChannelRanges& rows, const ChannelRanges& columns) {
  for (const ChannelRange& row : rows)
    for (const ChannelRange& column : columns) {
      Block block{parameter, row, column, {}};
      block.values = cut(parameter.detach(), block).clone();
      blocks_.push_back(std::move(block));
    }
}

void KeptSlice::clear_gradients() const {
  const c10::NoGradGuard no_grad;
  for (const Block& block : blocks_)
    if (block.parameter.grad().defined()) cut(block.parameter.grad(), block).zero_();
}

void KeptSlice::restore() const {
  const c10::NoGradGuard no_grad;
  for (const Block& block : blocks_) cut(block.parameter.detach(), block).copy_(block.values);
}

}  // namespace tnn
