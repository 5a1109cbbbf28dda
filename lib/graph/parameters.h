#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "graph/graph.h"

namespace tnn {

/// What a stored tensor of a node is. `scale` and `shift` are batch norm's gamma and beta, `gain` is what layer norm multiplies by.
enum class ParameterRole { weight, bias, gain, scale, shift, running_mean, running_variance };

/// Those of a batch norm.
constexpr ParameterRole kBatchNormRoles[] = {ParameterRole::scale, ParameterRole::shift, ParameterRole::running_mean,
                                             ParameterRole::running_variance};

/// Running mean and variance: measured, not trained by gradient descent.
constexpr bool is_statistic(ParameterRole role) { return role == ParameterRole::running_mean || role == ParameterRole::running_variance; }

/// A parameter's name, after PyTorch: "<node>.weight" (of gain and scale, too), "<node>.bias" (of shift, too), "<node>.running_mean",
/// "<node>.running_var".
std::string parameter_name(const std::string& node, ParameterRole role);

/// One tensor that a model file holds for a node, full size.
struct Parameter {
  std::string name;
  NodeId node = kNone;
  ParameterRole role = ParameterRole::weight;
  std::vector<int64_t> shape;
  bool trainable() const { return !is_statistic(role); }
};

/// The node whose stored tensors a node uses: itself, but of a convolution with weights_of that one.
NodeId weights_owner(const Graph& graph, NodeId node);

/// The stored tensors of a graph, in the order of its nodes.
std::vector<Parameter> graph_parameters(const Graph& graph);

}  // namespace tnn
