#include "graph/graph.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace tnn {

int64_t Graph::channels(const TensorShape& shape) const {
  int64_t sum = 0;
  for (const Part& part : shape.parts) sum += space(part.space).channels * part.repeat;
  return sum;
}

std::vector<int64_t> Graph::dimensions(const TensorShape& shape) const {
  std::vector<int64_t> sizes{channels(shape)};
  sizes.insert(sizes.end(), shape.extent.begin(), shape.extent.end());
  return sizes;
}

std::optional<NodeId> Graph::find_node(const std::string& node_name) const {
  const auto found = std::find_if(nodes_.begin(), nodes_.end(), [&](const Node& node) { return node.name == node_name; });
  if (found == nodes_.end()) return std::nullopt;
  return static_cast<NodeId>(found - nodes_.begin());
}

std::string describe_shape(const Graph& graph, const TensorShape& shape) {
  return fmt::format("{}", fmt::join(graph.dimensions(shape), " x "));
}

}  // namespace tnn
