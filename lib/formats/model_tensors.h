#pragma once

#include <string>
#include <vector>

#include "formats/model_description.h"
#include "graph/parameters.h"

namespace tnn {

/// A tensor that a model file holds: a parameter of the graph, or rows of it, one for each operating point.
struct ModelTensor {
  std::string name;
  NodeId node = kNone;
  ParameterRole role = ParameterRole::weight;
  bool per_point = false;  ///< [operating points, C], named by point_tensor_name
  std::vector<int64_t> shape;
  size_t parameter = 0;  ///< its index in graph_parameters
};

/// Every tensor that a file of this model must hold, in the order of graph_parameters. `recalibrated` adds per-point statistics to the
/// shared ones; `switchable` has scale and shift per point only, and statistics of both kinds.
std::vector<ModelTensor> model_tensors(const ModelDescription& description);
/// The same for a graph with this number of operating points.
std::vector<ModelTensor> model_tensors(const Graph& graph, BatchNormMode mode, int64_t points);

/// The per-point form of a batch norm's parameter: "<node>.point_weight", ".point_bias", ".point_mean", ".point_var".
std::string point_tensor_name(const std::string& node, ParameterRole role);
/// Whether a tensor's name is of that form.
bool is_point_tensor(const std::string& name);
/// Whether an operating point has a value of its own for parameters of this role.
bool has_point_values(BatchNormMode mode, ParameterRole role);
/// The tensor that an operating point reads: point_tensor_name where it has values of its own, else parameter_name.
std::string used_tensor_name(const std::string& node, ParameterRole role, BatchNormMode mode);

}  // namespace tnn
