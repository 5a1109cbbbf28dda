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
  bool per_point = false;  ///< [operating points, C]: "<node>.point_weight", ".point_bias", ".point_mean", ".point_var"
  std::vector<int64_t> shape;
};

/// Every tensor that a file of this model must hold. `recalibrated` adds per-point statistics to the shared ones; `switchable` has scale
/// and shift per point only, and statistics of both kinds.
std::vector<ModelTensor> model_tensors(const ModelDescription& description);

}  // namespace tnn
