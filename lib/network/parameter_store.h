#pragma once

#include <ATen/core/Tensor.h>

#include <string>
#include <vector>

#include "formats/model_tensors.h"

namespace tnn {

/// The tensors of one batch norm. In `switchable` mode scale and shift are [points, C], else [C]; running statistics are [C]; statistics of
/// operating points [points, C] exist in `recalibrated` and `switchable` mode (channels that a point closes hold 0 and 1).
struct BatchNormTensors {
  at::Tensor scale, shift, mean, variance, point_mean, point_variance;
};

/// All tensors of a model at full width: one set of weights for every operating point.
class ParameterStore {
 public:
  /// Initialised by `seed`: Kaiming normal (fan in, ReLU) weights, zero biases, unit batch and layer norm.
  ParameterStore(const Graph& graph, BatchNormMode mode, int64_t points, uint64_t seed);

  struct Entry {
    std::string name;
    at::Tensor tensor;
    ParameterRole role;
    NodeId node;
    bool per_point = false;  ///< [operating points, C]
  };
  /// What a model file holds, in a fixed order.
  const std::vector<Entry>& entries() const { return entries_; }
  /// What gradient descent trains.
  std::vector<Entry> trainable() const;

  const at::Tensor& weight(NodeId node) const { return nodes_[static_cast<size_t>(node)].weight; }
  const at::Tensor& bias(NodeId node) const { return nodes_[static_cast<size_t>(node)].bias; }  ///< undefined where there is none
  const BatchNormTensors& batch_norm(NodeId node) const { return nodes_[static_cast<size_t>(node)].batch_norm; }

  /// Moves everything to a device, and convolution weights to channels_last.
  void place(at::Device device, bool channels_last);
  /// Puts the running statistics of every operating point back to 0 and 1.
  void reset_point_statistics();

 private:
  struct NodeTensors {
    at::Tensor weight, bias;
    BatchNormTensors batch_norm;
  };
  at::Tensor& slot(const ModelTensor& tensor);
  void add(const ModelTensor& tensor, at::Tensor value);
  std::vector<Entry> entries_;
  std::vector<NodeTensors> nodes_;
};

}  // namespace tnn
