#include "conversion/point_table.h"

#include "core/error.h"
#include "formats/model_tensors.h"

namespace tnn {

Configuration first_groups(const Graph& graph, const Widths& widths) {
  Configuration configuration;
  for (size_t g = 0; g < widths.size(); ++g)
    configuration.gates.push_back(ActiveGroups::first(graph.gates()[g].groups, static_cast<int>(widths[g])));
  return configuration;
}

std::vector<int> set_points(StoredModel& model, std::vector<OperatingPoint> points) {
  ModelDescription& description = model.description;
  if (description.batch_norm == BatchNormMode::switchable)
    throw UsageError(
        "switchable batch norm has scale and shift of its own for each operating point that was trained: there are none for others");
  const bool shared = has_one_normalization(description.batch_norm);
  description.points = std::move(points);
  const auto count = static_cast<int64_t>(description.points.size());
  bool normalized = false;
  for (const ModelTensor& tensor : model_tensors(description.graph, BatchNormMode::recalibrated, count)) {
    if (!tensor.per_point) continue;
    normalized = true;
    const std::string source = shared ? parameter_name(description.graph.node(tensor.node).name, tensor.role) : tensor.name;
    const std::vector<float>& known = model.tensor(source).values;
    const auto width = static_cast<size_t>(tensor.shape.back());
    HostTensor rows{tensor.shape, {}};
    rows.values.assign(width * static_cast<size_t>(count - 1), tensor.role == ParameterRole::running_variance ? 1.0f : 0.0f);
    rows.values.insert(rows.values.end(), known.end() - static_cast<std::ptrdiff_t>(width), known.end());
    model.tensors[tensor.name] = std::move(rows);
  }
  std::vector<int> unmeasured;
  if (!normalized) return unmeasured;
  description.batch_norm = BatchNormMode::recalibrated;
  for (int i = 0; i + 1 < static_cast<int>(count); ++i) unmeasured.push_back(i);
  return unmeasured;
}

}  // namespace tnn
