#include "network/parameter_store.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/full.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "core/random_stream.h"
#include "graph/region_split.h"

namespace tnn {
namespace {

constexpr double kDetectorDeviation = 0.01;

at::Tensor normal(const std::vector<int64_t>& shape, double deviation, uint64_t seed, size_t index) {
  auto generator = at::detail::createCPUGenerator(random_key(seed, RandomPurpose::initialization, {index}));
  return at::empty(shape, at::kFloat).normal_(0.0, deviation, generator);
}

/// He et al. 2015: variance 2 / fan_in.
double kaiming_deviation(const std::vector<int64_t>& shape) {
  int64_t fan_in = 1;
  for (size_t i = 1; i < shape.size(); ++i) fan_in *= shape[i];
  return std::sqrt(2.0 / static_cast<double>(fan_in));
}

/// Whether a node is one of the layers that give a detector's outputs, which begin near 0 (Ren et al. 2015, 3.1.3).
bool is_detector_output(const Graph& graph, NodeId node) {
  return find_roi_align(graph) &&
         std::any_of(graph.outputs().begin(), graph.outputs().end(), [&](const Output& output) { return output.node == node; });
}

}  // namespace

ParameterStore::ParameterStore(const Graph& graph, BatchNormMode mode, int64_t points, uint64_t seed) : nodes_(graph.nodes().size()) {
  for (const ModelTensor& tensor : model_tensors(graph, mode, points)) {
    const bool ones =
        tensor.role == ParameterRole::gain || tensor.role == ParameterRole::scale || tensor.role == ParameterRole::running_variance;
    const auto deviation = [&] { return is_detector_output(graph, tensor.node) ? kDetectorDeviation : kaiming_deviation(tensor.shape); };
    add(tensor, tensor.role == ParameterRole::weight ? normal(tensor.shape, deviation(), seed, tensor.parameter)
                                                     : at::full(tensor.shape, ones ? 1.0 : 0.0, at::kFloat));
  }
  for (size_t i = 0; i < nodes_.size(); ++i) {
    const auto owner = static_cast<size_t>(weights_owner(graph, static_cast<NodeId>(i)));
    nodes_[i].weight = nodes_[owner].weight;
    nodes_[i].bias = nodes_[owner].bias;
  }
  if (mode == BatchNormMode::frozen)
    for (Entry& entry : entries_)
      if (entry.role == ParameterRole::scale || std::holds_alternative<BatchNorm>(graph.node(entry.node).operation))
        entry.tensor.requires_grad_(false);
}

at::Tensor& ParameterStore::slot(const ModelTensor& tensor) {
  NodeTensors& node = nodes_[static_cast<size_t>(tensor.node)];
  switch (tensor.role) {
    case ParameterRole::weight:
    case ParameterRole::gain:
      return node.weight;
    case ParameterRole::bias:
      return node.bias;
    case ParameterRole::scale:
      return node.batch_norm.scale;
    case ParameterRole::shift:
      return node.batch_norm.shift;
    case ParameterRole::running_mean:
      return tensor.per_point ? node.batch_norm.point_mean : node.batch_norm.mean;
    case ParameterRole::running_variance:
      return tensor.per_point ? node.batch_norm.point_variance : node.batch_norm.variance;
  }
  throw std::logic_error("a parameter without role");
}

void ParameterStore::add(const ModelTensor& tensor, at::Tensor value) {
  if (!is_statistic(tensor.role)) value.requires_grad_();
  slot(tensor) = value;
  entries_.push_back({tensor.name, std::move(value), tensor.role, tensor.node, tensor.per_point});
}

std::vector<ParameterStore::Entry> ParameterStore::trainable() const {
  std::vector<Entry> trainable;
  for (const Entry& entry : entries_)
    if (entry.tensor.requires_grad()) trainable.push_back(entry);
  return trainable;
}

void ParameterStore::place(at::Device device, bool channels_last) {
  for (Entry& entry : entries_) {
    // set_data keeps the identity of the tensor: the slots of nodes_ and any optimiser see the move.
    at::Tensor value = entry.tensor.detach().to(device);
    if (channels_last && value.dim() == 4) value = value.contiguous(at::MemoryFormat::ChannelsLast);
    if (channels_last && value.dim() == 5) value = value.contiguous(at::MemoryFormat::ChannelsLast3d);
    entry.tensor.set_data(value);
  }
}

void ParameterStore::reset_point_statistics() {
  for (const NodeTensors& node : nodes_)
    if (node.batch_norm.point_mean.defined()) {
      node.batch_norm.point_mean.zero_();
      node.batch_norm.point_variance.fill_(1);
    }
}

}  // namespace tnn
