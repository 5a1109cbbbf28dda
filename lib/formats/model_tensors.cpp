#include "formats/model_tensors.h"

#include <algorithm>
#include <iterator>

namespace tnn {
namespace {

struct PointForm {
  ParameterRole role;
  const char* suffix;
};
constexpr PointForm kPointForms[] = {{ParameterRole::scale, ".point_weight"},
                                     {ParameterRole::shift, ".point_bias"},
                                     {ParameterRole::running_mean, ".point_mean"},
                                     {ParameterRole::running_variance, ".point_var"}};

}  // namespace

std::string point_tensor_name(const std::string& node, ParameterRole role) {
  for (const PointForm& form : kPointForms)
    if (form.role == role) return node + form.suffix;
  return parameter_name(node, role);
}

bool is_point_tensor(const std::string& name) {
  return std::any_of(std::begin(kPointForms), std::end(kPointForms), [&](const PointForm& form) { return name.ends_with(form.suffix); });
}

bool has_point_values(BatchNormMode mode, ParameterRole role) {
  if (is_statistic(role)) return !has_one_normalization(mode);
  return mode == BatchNormMode::switchable && (role == ParameterRole::scale || role == ParameterRole::shift);
}

std::string used_tensor_name(const std::string& node, ParameterRole role, BatchNormMode mode) {
  return has_point_values(mode, role) ? point_tensor_name(node, role) : parameter_name(node, role);
}

std::vector<ModelTensor> model_tensors(const ModelDescription& description) {
  return model_tensors(description.graph, description.batch_norm, static_cast<int64_t>(description.points.size()));
}

std::vector<ModelTensor> model_tensors(const Graph& graph, BatchNormMode mode, int64_t points) {
  const auto parameters = graph_parameters(graph);
  std::vector<ModelTensor> tensors;
  for (size_t i = 0; i < parameters.size(); ++i) {
    const Parameter& p = parameters[i];
    const bool per_point = has_point_values(mode, p.role);
    if (!per_point || is_statistic(p.role)) tensors.push_back({p.name, p.node, p.role, false, p.shape, i});
    if (per_point)
      tensors.push_back({point_tensor_name(graph.node(p.node).name, p.role), p.node, p.role, true, {points, p.shape.front()}, i});
  }
  return tensors;
}

}  // namespace tnn
