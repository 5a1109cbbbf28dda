#include "cost/activation_memory.h"

#include <algorithm>
#include <unordered_map>

#include "cost/cost.h"
#include "graph/node_traits.h"

namespace tnn {
namespace {

/// Follows which buffers are held while the nodes run in order.
class MemoryWalk {
 public:
  MemoryWalk(const Graph& graph, const Configuration& configuration) : graph_(graph), configuration_(configuration) {
    uses_.resize(graph.nodes().size());
    values_.resize(graph.nodes().size());
    for (const Node& node : graph.nodes())
      for (const NodeId input : node.inputs) ++uses_[static_cast<size_t>(input)];
    for (const Output& output : graph.outputs()) ++uses_[static_cast<size_t>(output.node)];
  }

  int64_t peak() {
    for (size_t i = 0; i < graph_.nodes().size(); ++i) run(i, [] {});
    return peak_;
  }

  std::vector<std::vector<NodeId>> held_results() {
    std::vector<std::vector<NodeId>> held(graph_.nodes().size());
    for (size_t i = 0; i < held.size(); ++i)
      run(i, [&] {
        for (const Buffer& buffer : buffers_)
          if (buffer.holders > 0) held[i].push_back(buffer.node);
      });
    return held;
  }

 private:
  struct Buffer {
    int64_t bytes = 0;
    int holders = 0;      // values that live in it
    NodeId node = kNone;  // that it was made for
  };

  template <typename Look>
  void run(size_t i, const Look& look) {
    const Node& node = graph_.nodes()[i];
    auto& value = values_[i];
    if (std::holds_alternative<Concat>(node.operation)) {
      for (const NodeId input : node.inputs) value.insert(value.end(), value_of(input).begin(), value_of(input).end());
    } else if (const int reused = reusable_buffer(node); reused != kNone) {
      value = {reused};
    } else {
      const int64_t channels = count_channels(active_channels(graph_, node.shape, configuration_));
      buffers_.push_back({channels * node.shape.positions() * node.shape.regions * kActivationBytes, 0, static_cast<NodeId>(i)});
      held_ += buffers_.back().bytes;
      value = {static_cast<int>(buffers_.size()) - 1};
    }
    for (const int buffer : value) ++buffers_[static_cast<size_t>(buffer)].holders;
    peak_ = std::max(peak_, held_);
    look();
    for (const NodeId input : node.inputs)
      if (--uses_[static_cast<size_t>(input)] == 0) release(value_of(input));
    if (uses_[i] == 0) release(value);
  }

  /// The buffer of an input that dies here, where the node can work in place.
  int reusable_buffer(const Node& node) const {
    if (!traits_of(node.operation).works_in_place) return kNone;
    const auto channels = [&](const TensorShape& shape) { return count_channels(active_channels(graph_, shape, configuration_)); };
    std::unordered_map<NodeId, int64_t> reads;  // of this node
    for (const NodeId input : node.inputs) ++reads[input];
    for (size_t i = 0; i < node.inputs.size(); ++i) {
      const auto& buffers = value_of(node.inputs[i]);
      const bool dies = uses_[static_cast<size_t>(node.inputs[i])] == reads[node.inputs[i]];
      if (dies && buffers.size() == 1 && buffers_[static_cast<size_t>(buffers.front())].holders == 1 &&
          channels(graph_.input_shape(node, i)) == channels(node.shape))
        return buffers.front();
    }
    return kNone;
  }

  void release(const std::vector<int>& value) {
    for (const int buffer : value)
      if (--buffers_[static_cast<size_t>(buffer)].holders == 0) held_ -= buffers_[static_cast<size_t>(buffer)].bytes;
  }

  const std::vector<int>& value_of(NodeId node) const { return values_[static_cast<size_t>(node)]; }

  const Graph& graph_;
  const Configuration& configuration_;
  std::vector<int64_t> uses_;
  std::vector<std::vector<int>> values_;  // of each node: the buffers it is held in
  std::vector<Buffer> buffers_;
  int64_t held_ = 0, peak_ = 0;
};

}  // namespace

int64_t peak_activation_bytes(const Graph& graph, const Configuration& configuration) { return MemoryWalk(graph, configuration).peak(); }

std::vector<std::vector<NodeId>> held_results(const Graph& graph, const Configuration& configuration) {
  return MemoryWalk(graph, configuration).held_results();
}

}  // namespace tnn
