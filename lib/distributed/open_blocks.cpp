#include "distributed/open_blocks.h"

#include <algorithm>

namespace tnn {
namespace {

/// The columns of a node's weight that read active channels: of a dense layer those of its inputs, else all.
ChannelRanges read_columns(const Graph& graph, const Node& node, const at::Tensor& weight, const Configuration& configuration) {
  const auto* convolution = std::get_if<Convolution>(&node.operation);
  const bool dense = std::holds_alternative<Linear>(node.operation) || (convolution && convolution->groups == 1 && !convolution->depthwise);
  return dense ? active_channels(graph, graph.input_shape(node), configuration) : ChannelRanges{{0, weight.size(1)}};
}

/// Those of all, merged and rising.
ChannelRanges merged(ChannelRanges ranges) {
  std::sort(ranges.begin(), ranges.end(), [](const ChannelRange& a, const ChannelRange& b) { return a.begin < b.begin; });
  ChannelRanges result;
  for (const ChannelRange& range : ranges) {
    if (range.size() == 0) continue;
    if (!result.empty() && range.begin <= result.back().end)
      result.back().end = std::max(result.back().end, range.end);
    else
      result.push_back(range);
  }
  return result;
}

void append(ChannelRanges& to, const ChannelRanges& ranges) { to.insert(to.end(), ranges.begin(), ranges.end()); }

}  // namespace

at::Tensor cut(const at::Tensor& tensor, const ParameterBlock& block) {
  const at::Tensor rows = tensor.narrow(0, block.rows.begin, block.rows.size());
  return tensor.dim() > 1 ? rows.narrow(1, block.columns.begin, block.columns.size()) : rows;
}

std::vector<ParameterBlock> open_blocks(const Graph& graph, const ParameterStore::Entry& parameter,
                                        const std::vector<Configuration>& configurations, const std::vector<int>& points) {
  const Node& node = graph.node(parameter.node);
  const at::Tensor& tensor = parameter.tensor;
  const bool has_columns = tensor.dim() > 1;
  ChannelRanges rows, columns;
  for (const Configuration& configuration : configurations) {
    if (!branches_active(node.branches, configuration)) continue;
    const ChannelRanges channels = active_channels(graph, node.shape, configuration);
    if (parameter.per_point) {
      append(columns, channels);
    } else {
      append(rows, channels);
      if (has_columns) append(columns, read_columns(graph, node, tensor, configuration));
    }
  }
  if (parameter.per_point) {
    for (const int point : points) rows.push_back({point, point + 1});
    if (points.empty()) rows.push_back({0, tensor.size(0)});
  }
  if (!has_columns) columns.push_back({0, 1});
  std::vector<ParameterBlock> blocks;
  columns = merged(std::move(columns));
  for (const ChannelRange& row : merged(std::move(rows)))
    for (const ChannelRange& column : columns) blocks.push_back({row, column});
  return blocks;
}

}  // namespace tnn
