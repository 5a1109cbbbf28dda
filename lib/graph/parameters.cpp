#include "graph/parameters.h"

namespace tnn {

std::string parameter_name(const std::string& node, ParameterRole role) {
  switch (role) {
    case ParameterRole::weight:
    case ParameterRole::gain:
    case ParameterRole::scale:
      return node + ".weight";
    case ParameterRole::bias:
    case ParameterRole::shift:
      return node + ".bias";
    case ParameterRole::running_mean:
      return node + ".running_mean";
    case ParameterRole::running_variance:
      return node + ".running_var";
  }
  return node;
}

NodeId weights_owner(const Graph& graph, NodeId node) {
  const auto* convolution = std::get_if<Convolution>(&graph.node(node).operation);
  return convolution && !convolution->weights_of.empty() ? graph.find_node(convolution->weights_of).value() : node;
}

std::vector<Parameter> graph_parameters(const Graph& graph) {
  std::vector<Parameter> parameters;
  for (size_t i = 0; i < graph.nodes().size(); ++i) {
    const Node& node = graph.nodes()[i];
    const auto store = [&](ParameterRole role, std::vector<int64_t> shape) {
      parameters.push_back({parameter_name(node.name, role), static_cast<NodeId>(i), role, std::move(shape)});
    };
    const int64_t out = graph.channels(node.shape);
    std::visit(Match{[&](const Convolution& c) {
                       if (!c.weights_of.empty()) return;  // another node's
                       std::vector<int64_t> shape{out, graph.channels(graph.input_shape(node)) / c.groups};
                       shape.insert(shape.end(), c.window.kernel.begin(), c.window.kernel.end());
                       store(ParameterRole::weight, shape);
                       if (c.bias) store(ParameterRole::bias, {out});
                     },
                     [&](const Linear& l) {
                       store(ParameterRole::weight, {out, graph.channels(graph.input_shape(node))});
                       if (l.bias) store(ParameterRole::bias, {out});
                     },
                     [&](const BatchNorm&) {
                       for (const ParameterRole role : kBatchNormRoles) store(role, {out});
                     },
                     [&](const LayerNorm&) {
                       store(ParameterRole::gain, {out});
                       store(ParameterRole::bias, {out});
                     },
                     [](const OneOf<Input, Activation, Pool, GlobalPool, Add, Concat, Flatten, Dropout, ChannelShuffle, ChannelPad,
                                    Upsample, RoiAlign> auto&) {}},
               node.operation);
  }
  return parameters;
}

}  // namespace tnn
