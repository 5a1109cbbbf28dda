#include "cost/cost.h"

#include <functional>
#include <numeric>

namespace tnn {
namespace {

constexpr int64_t kLayerNormFlops = 5;  ///< a number: sum, difference, square and its sum, quotient, gain and bias as one

int64_t kernel_size(const Window& window) {
  return std::accumulate(window.kernel.begin(), window.kernel.end(), int64_t{1}, std::multiplies<>());
}

/// A layer with `weights` weights an output channel, applied at every position.
NodeCost weighted_cost(int64_t outputs, int64_t weights_per_output, bool bias, int64_t positions) {
  const int64_t weights = outputs * weights_per_output;
  return {weights + (bias ? outputs : 0), weights * positions, 2 * weights * positions};
}

}  // namespace

NodeCost node_cost(const Graph& graph, const Node& node, const Configuration& configuration, Slicing slicing) {
  if (!branches_active(node.branches, configuration)) return {};
  const auto active = [&](const TensorShape& shape) { return count_channels(active_channels(graph, shape, configuration)); };
  const int64_t outputs = active(node.shape), positions = node.shape.positions() * node.shape.regions;
  const auto inputs = [&] { return slicing == Slicing::both ? active(graph.input_shape(node)) : graph.channels(graph.input_shape(node)); };
  return std::visit(Match{[&](const Convolution& c) {
                            const int64_t per_output = c.groups == 1 ? inputs() : graph.channels(graph.input_shape(node)) / c.groups;
                            NodeCost cost = weighted_cost(outputs, per_output * kernel_size(c.window), c.bias, positions);
                            if (!c.weights_of.empty()) cost.parameters = 0;  // counted where they belong
                            return cost;
                          },
                          [&](const Linear& l) { return weighted_cost(outputs, inputs(), l.bias, positions); },
                          [&](const BatchNorm&) {
                            return NodeCost{2 * outputs, 0, 0};
                          },
                          [&](const LayerNorm&) {
                            return NodeCost{2 * outputs, 0, kLayerNormFlops * outputs * positions};
                          },
                          [&](const OneOf<Pool, GlobalPool> auto&) {
                            return NodeCost{0, 0, 2 * outputs * positions};
                          },
                          [&](const RoiAlign& r) {  // four places and a sum for each sample
                            const int64_t samples = r.ratio * r.ratio;
                            return NodeCost{0, 0, 8 * samples * outputs * positions};
                          },
                          [](const OneOf<Input, Activation, Add, Concat, Flatten, Dropout, ChannelShuffle, ChannelPad, Upsample> auto&) {
                            return NodeCost{};
                          }},
                    node.operation);
}

Cost network_cost(const Graph& graph, const Configuration& configuration, Slicing slicing) {
  Cost sum;
  for (const Node& node : graph.nodes()) {
    const NodeCost cost = node_cost(graph, node, configuration, slicing);
    sum.parameters += cost.parameters;
    sum.macs += cost.macs;
    sum.flops += cost.flops;
  }
  sum.activation_bytes = peak_activation_bytes(graph, slicing == Slicing::both ? configuration : Configuration::full(graph));
  return sum;
}

}  // namespace tnn
