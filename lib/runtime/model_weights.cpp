#include "runtime/model_weights.h"

namespace tnn {

ModelWeights::ModelWeights(std::shared_ptr<const SafetensorsFile> file, const ModelDescription& description)
    : file_(std::move(file)), tensors_(*file_, description), nodes_(description.graph.nodes().size()) {
  for (const StoredTensors::Entry& entry : tensors_.entries()) store(entry.tensor, entry.numbers);
  for (size_t i = 0; i < nodes_.size(); ++i) {
    const auto owner = static_cast<size_t>(weights_owner(description.graph, static_cast<NodeId>(i)));
    nodes_[i].weight = nodes_[owner].weight;
    nodes_[i].bias = nodes_[owner].bias;
  }
}

void ModelWeights::store(const ModelTensor& tensor, const float* data) {
  NodeWeights& node = nodes_[static_cast<size_t>(tensor.node)];
  const auto statistic = [&](Statistic& slot) {
    (tensor.per_point ? slot.per_point : slot.shared) = data;
    slot.channels = tensor.shape.back();
  };
  switch (tensor.role) {
    case ParameterRole::weight:
    case ParameterRole::gain:
      node.weight = data;
      break;
    case ParameterRole::bias:
      node.bias = data;
      break;
    case ParameterRole::scale:
      statistic(node.scale);
      break;
    case ParameterRole::shift:
      statistic(node.shift);
      break;
    case ParameterRole::running_mean:
      statistic(node.mean);
      break;
    case ParameterRole::running_variance:
      statistic(node.variance);
      break;
  }
}

BatchNormView ModelWeights::batch_norm(NodeId node, int point) const {
  const NodeWeights& w = nodes_[static_cast<size_t>(node)];
  return {w.scale.at(point), w.shift.at(point), w.mean.at(point), w.variance.at(point)};
}

}  // namespace tnn
