#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

#include "gating/learned.h"
#include "network/model_file.h"

namespace tnn {

/// The learned gating functions of a graph (DTNN 3.2.6): for each gate a multilayer perceptron FC-ReLU-FC from the utilization u to the
/// logits of its D groups, p = sigmoid(logit) being the probability that a group is open (Eq. 9). They depend on u alone.
class GateNetwork {
 public:
  /// Random weights from `seed`: the hidden units' kinks are spread over (0, 1).
  GateNetwork(const Graph& graph, int64_t hidden, uint64_t seed, at::Device device = at::kCPU);

  /// Of utilizations [N] one tensor [N, D] a gate.
  std::vector<at::Tensor> logits(const at::Tensor& u) const;
  GateProbabilities probabilities(double u) const;

  /// What gradient descent trains, named "gates.<gate>.fc1.weight" [hidden, 1], ".fc1.bias", ".fc2.weight" [D, hidden], ".fc2.bias".
  const std::vector<ParameterStore::Entry>& parameters() const { return parameters_; }
  NamedTensors tensors() const;
  /// DataError where a tensor is missing or has another shape.
  void load(const SafetensorsFile& file);

 private:
  struct Perceptron {
    at::Tensor weight1, bias1, weight2, bias2;
  };
  void add(const std::string& name, ParameterRole role, at::Tensor& slot, at::Tensor value, at::Device device);
  std::vector<Perceptron> gates_;
  std::vector<ParameterStore::Entry> parameters_;
  at::Device device_;
};

/// A hard configuration as gate values 0 and 1, one tensor [1, D] a gate.
std::vector<at::Tensor> gate_values(const Configuration& configuration);

}  // namespace tnn
