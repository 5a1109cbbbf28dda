#include "graph/parameters.h"

namespace tnn {

std::vector<Parameter> graph_parameters(const Graph& graph) {
  std::vector<Parameter> parameters;
  for (size_t i = 0; i < graph.nodes().size(); ++i) {
    const Node& node = graph.nodes()[i];
    const auto store = [&](const char* suffix, ParameterRole role, std::vector<int64_t> shape) {
      parameters.push_back({node.name + suffix, static_cast<NodeId>(i), role, std::move(shape)});
    };
    const int64_t out = graph.channels(node.shape);
    std::visit(
        Match{[&](const Convolution& c) {
                std::vector<int64_t> shape{out, graph.channels(graph.input_shape(node)) / c.groups};
                shape.insert(shape.end(), c.window.kernel.begin(), c.window.kernel.end());
                store(".weight", ParameterRole::weight, shape);
                if (c.bias) store(".bias", ParameterRole::bias, {out});
              },
              [&](const Linear& l) {
                store(".weight", ParameterRole::weight, {out, graph.channels(graph.input_shape(node))});
                if (l.bias) store(".bias", ParameterRole::bias, {out});
              },
              [&](const BatchNorm&) {
                store(".weight", ParameterRole::scale, {out});
                store(".bias", ParameterRole::shift, {out});
                store(".running_mean", ParameterRole::running_mean, {out});
                store(".running_var", ParameterRole::running_variance, {out});
              },
              [&](const LayerNorm&) {
                store(".weight", ParameterRole::gain, {out});
                store(".bias", ParameterRole::bias, {out});
              },
              [](const OneOf<Input, Activation, Pool, GlobalPool, Add, Concat, Flatten, Dropout, ChannelShuffle, ChannelPad> auto&) {}},
        node.operation);
  }
  return parameters;
}

}  // namespace tnn
