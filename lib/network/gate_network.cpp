#include "network/gate_network.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/TensorOperators.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/full.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/zeros.h>
#include <c10/core/GradMode.h>

#include <cmath>

#include "core/error.h"
#include "core/random_stream.h"

namespace tnn {

GateNetwork::GateNetwork(const Graph& graph, int64_t hidden, uint64_t seed, at::Device device) : device_(device) {
  gates_.resize(graph.gates().size());
  for (size_t g = 0; g < gates_.size(); ++g) {
    const Gate& gate = graph.gates()[g];
    auto generator = at::detail::createCPUGenerator(random_key(seed, RandomPurpose::initialization, {g, 1}));
    const at::Tensor weight = at::empty({hidden, 1}, at::kFloat).normal_(0.0, std::sqrt(2.0), generator);
    const at::Tensor kinks = at::empty({hidden}, at::kFloat).uniform_(0.0, 1.0, generator);
    const at::Tensor out =
        at::empty({gate.groups, hidden}, at::kFloat).normal_(0.0, std::sqrt(2.0 / static_cast<double>(hidden)), generator);
    const std::string name = "gates." + gate.name;
    add(name + ".fc1.weight", ParameterRole::weight, gates_[g].weight1, weight, device);
    add(name + ".fc1.bias", ParameterRole::bias, gates_[g].bias1, -weight.squeeze(1) * kinks, device);
    add(name + ".fc2.weight", ParameterRole::weight, gates_[g].weight2, out, device);
    add(name + ".fc2.bias", ParameterRole::bias, gates_[g].bias2, at::zeros({gate.groups}, at::kFloat), device);
  }
}

void GateNetwork::add(const std::string& name, ParameterRole role, at::Tensor& slot, at::Tensor value, at::Device device) {
  slot = value.to(device).contiguous().detach();
  slot.requires_grad_();
  parameters_.push_back({name, slot, role, kNone});
}

std::vector<at::Tensor> GateNetwork::logits(const at::Tensor& u) const {
  const at::Tensor x = u.to(device_, at::kFloat).unsqueeze(1);
  std::vector<at::Tensor> logits;
  for (const Perceptron& gate : gates_)
    logits.push_back(at::linear(at::linear(x, gate.weight1, gate.bias1).relu(), gate.weight2, gate.bias2));
  return logits;
}

GateProbabilities GateNetwork::probabilities(double u) const {
  c10::NoGradGuard no_grad;
  GateProbabilities all;
  for (const at::Tensor& logit : logits(at::full({1}, u, at::kFloat))) {
    const at::Tensor p = logit.sigmoid().flatten().to(at::kCPU, at::kDouble).contiguous();
    all.emplace_back(p.const_data_ptr<double>(), p.const_data_ptr<double>() + p.numel());
  }
  return all;
}

NamedTensors GateNetwork::tensors() const {
  NamedTensors tensors;
  for (const auto& parameter : parameters_) tensors.emplace_back(parameter.name, parameter.tensor);
  return tensors;
}

void GateNetwork::load(const SafetensorsFile& file) {
  c10::NoGradGuard no_grad;
  for (const auto& parameter : parameters_) {
    const at::Tensor stored = read_tensor(file, parameter.name);
    if (stored.sizes() != parameter.tensor.sizes())
      throw DataError("'" + file.path().string() + "': tensor '" + parameter.name + "' has another shape than the gates of the recipe");
    parameter.tensor.detach().copy_(stored);
  }
}

std::vector<at::Tensor> gate_values(const Configuration& configuration) {
  std::vector<at::Tensor> values;
  for (const ActiveGroups& active : configuration.gates) {
    values.push_back(at::zeros({1, active.groups()}, at::kFloat));
    for (const int group : active.indices()) values.back().data_ptr<float>()[group] = 1.0f;
  }
  return values;
}

}  // namespace tnn
