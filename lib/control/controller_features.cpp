#include "control/controller_features.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/error.h"
#include "graph/graph_builder.h"

namespace tnn {

std::string default_features(const Graph& graph) {
  NodeId id = graph.outputs().front().node;
  while (!graph.node(id).inputs.empty() && !std::holds_alternative<Linear>(graph.node(id).operation)) id = graph.node(id).inputs.front();
  if (graph.node(id).inputs.empty())
    throw UsageError(fmt::format("'{}' has no linear layer in front of its first output: name the node to look at", graph.name()));
  return graph.node(graph.node(id).inputs.front()).name;
}

ControllerFeatures::ControllerFeatures(const ModelDescription& datapath, const std::string& node, double first_u)
    : name_(node.empty() ? default_features(datapath.graph) : node) {
  const Graph& graph = datapath.graph;
  GraphBuilder::with_output(graph, name_);  // says what is wrong
  node_ = *graph.find_node(name_);
  const TensorShape& shape = graph.node(node_).shape;
  channels_ = active_channels(graph, shape, datapath.points[static_cast<size_t>(point_at(datapath, first_u))].configuration);
  positions_ = shape.positions();
  count_ = count_channels(channels_) * positions_;
  if (count_ == 0) throw UsageError(fmt::format("node '{}' has no open channel at u = {}", name_, first_u));
}

void ControllerFeatures::copy(const float* full, float* features) const {
  for (const ChannelRange& range : channels_)
    features = std::copy(full + range.begin * positions_, full + range.end * positions_, features);
}

}  // namespace tnn
