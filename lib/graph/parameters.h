#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "graph/graph.h"

namespace tnn {

/// What a stored tensor of a node is. `scale` and `shift` are batch norm's gamma and beta, `gain` is what layer norm multiplies by.
enum class ParameterRole { weight, bias, gain, scale, shift, running_mean, running_variance };

/// One tensor that a model file holds for a node, full size. Names follow PyTorch: "<node>.weight", "<node>.bias",
/// "<node>.running_mean", "<node>.running_var".
struct Parameter {
  std::string name;
  NodeId node = kNone;
  ParameterRole role = ParameterRole::weight;
  std::vector<int64_t> shape;
  /// Trained by gradient descent (running statistics are not).
  bool trainable() const { return role != ParameterRole::running_mean && role != ParameterRole::running_variance; }
};

/// The stored tensors of a graph, in the order of its nodes.
std::vector<Parameter> graph_parameters(const Graph& graph);

}  // namespace tnn
