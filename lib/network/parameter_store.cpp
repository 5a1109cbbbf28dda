#include "network/parameter_store.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/full.h>

#include <cmath>

#include "core/random_stream.h"

namespace tnn {
namespace {

/// He et al. 2015: normal with variance 2 / fan_in.
at::Tensor kaiming_normal(const std::vector<int64_t>& shape, uint64_t seed, size_t index) {
  int64_t fan_in = 1;
  for (size_t i = 1; i < shape.size(); ++i) fan_in *= shape[i];
  auto generator = at::detail::createCPUGenerator(random_key(seed, RandomPurpose::initialization, {index}));
  return at::empty(shape, at::kFloat).normal_(0.0, std::sqrt(2.0 / static_cast<double>(fan_in)), generator);
}

}  // namespace

ParameterStore::ParameterStore(const Graph& graph, BatchNormMode mode, int64_t points, uint64_t seed) : nodes_(graph.nodes().size()) {
  const bool switchable = mode == BatchNormMode::switchable;
  const auto parameters = graph_parameters(graph);
  for (size_t i = 0; i < parameters.size(); ++i) {
    const Parameter& p = parameters[i];
    NodeTensors& tensors = nodes_[static_cast<size_t>(p.node)];
    const std::string node = graph.node(p.node).name;
    const auto constant = [&](double value, bool per_point = false) {
      return at::full(per_point ? std::vector<int64_t>{points, p.shape[0]} : p.shape, value, at::kFloat);
    };
    switch (p.role) {
      case ParameterRole::weight:
        add(p.name, p.role, p.node, tensors.weight, kaiming_normal(p.shape, seed, i));
        break;
      case ParameterRole::bias:
        add(p.name, p.role, p.node, tensors.bias, constant(0));
        break;
      case ParameterRole::gain:
        add(p.name, p.role, p.node, tensors.weight, constant(1));
        break;
      case ParameterRole::scale:
        add(switchable ? node + ".point_weight" : p.name, p.role, p.node, tensors.batch_norm.scale, constant(1, switchable));
        break;
      case ParameterRole::shift:
        add(switchable ? node + ".point_bias" : p.name, p.role, p.node, tensors.batch_norm.shift, constant(0, switchable));
        break;
      case ParameterRole::running_mean:
        add(p.name, p.role, p.node, tensors.batch_norm.mean, constant(0));
        if (mode != BatchNormMode::shared) add(node + ".point_mean", p.role, p.node, tensors.batch_norm.point_mean, constant(0, true));
        break;
      case ParameterRole::running_variance:
        add(p.name, p.role, p.node, tensors.batch_norm.variance, constant(1));
        if (mode != BatchNormMode::shared) add(node + ".point_var", p.role, p.node, tensors.batch_norm.point_variance, constant(1, true));
        break;
    }
  }
}

void ParameterStore::add(const std::string& name, ParameterRole role, NodeId node, at::Tensor& slot, at::Tensor value) {
  slot = std::move(value);
  if (role != ParameterRole::running_mean && role != ParameterRole::running_variance) slot.requires_grad_();
  entries_.push_back({name, slot, role, node});
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
