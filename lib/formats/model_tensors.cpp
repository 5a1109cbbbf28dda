#include "formats/model_tensors.h"

namespace tnn {
namespace {

/// The suffix of a batch-norm tensor's per-point form; nullptr where the role has none.
const char* point_suffix(ParameterRole role) {
  switch (role) {
    case ParameterRole::scale:
      return ".point_weight";
    case ParameterRole::shift:
      return ".point_bias";
    case ParameterRole::running_mean:
      return ".point_mean";
    case ParameterRole::running_variance:
      return ".point_var";
    case ParameterRole::weight:
    case ParameterRole::bias:
    case ParameterRole::gain:
      return nullptr;
  }
  return nullptr;
}

bool is_statistic(ParameterRole role) { return role == ParameterRole::running_mean || role == ParameterRole::running_variance; }

}  // namespace

std::vector<ModelTensor> model_tensors(const ModelDescription& description) {
  const auto points = static_cast<int64_t>(description.points.size());
  std::vector<ModelTensor> tensors;
  for (const Parameter& p : graph_parameters(description.graph)) {
    const char* suffix = point_suffix(p.role);
    const bool affine = suffix && !is_statistic(p.role);
    const bool only_per_point = affine && description.batch_norm == BatchNormMode::switchable;
    const bool also_per_point = is_statistic(p.role) && description.batch_norm != BatchNormMode::shared;
    if (!only_per_point) tensors.push_back({p.name, p.node, p.role, false, p.shape});
    if (only_per_point || also_per_point)
      tensors.push_back({description.graph.node(p.node).name + suffix, p.node, p.role, true, {points, p.shape.front()}});
  }
  return tensors;
}

}  // namespace tnn
