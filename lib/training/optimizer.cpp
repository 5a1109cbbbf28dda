#include "training/optimizer.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/_foreach_add.h>
#include <ATen/ops/_foreach_addcdiv.h>
#include <ATen/ops/_foreach_addcmul.h>
#include <ATen/ops/_foreach_mul.h>
#include <ATen/ops/_foreach_norm.h>
#include <ATen/ops/_foreach_sqrt.h>
#include <ATen/ops/_fused_adam.h>
#include <ATen/ops/_fused_adamw.h>
#include <ATen/ops/_fused_sgd.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/zeros.h>
#include <ATen/ops/zeros_like.h>
#include <c10/core/GradMode.h>

#include "core/error.h"
#include "core/name_table.h"

namespace tnn {
namespace {

/// The gradient in its parameter's memory layout, which the fused kernels walk side by side.
at::Tensor laid_out_like(const at::Tensor& gradient, const at::Tensor& parameter) {
  if (gradient.strides() == parameter.strides()) return gradient;
  return at::empty_like(parameter).copy_(gradient);
}

}  // namespace

OptimizerKind optimizer_from_name(const std::string& name) {
  static constexpr NamedValue<OptimizerKind> kNames[] = {
      {"sgd", OptimizerKind::sgd}, {"adam", OptimizerKind::adam}, {"adamw", OptimizerKind::adamw}, {"rmsprop", OptimizerKind::rmsprop}};
  return value_from_name(kNames, "optimizer", name);
}

Optimizer::Optimizer(std::vector<ParameterStore::Entry> parameters, OptimizerOptions options) : options_(options) {
  const bool adam = options.kind == OptimizerKind::adam || options.kind == OptimizerKind::adamw;
  c10::NoGradGuard no_grad;
  for (auto& parameter : parameters) {
    Slot slot;
    const at::Tensor& p = parameter.tensor;
    if (adam || options.momentum > 0) slot.first = at::zeros_like(p);
    if (options.kind != OptimizerKind::sgd) slot.second = at::zeros_like(p);
    if (adam) slot.steps = at::zeros({}, p.options().dtype(at::kFloat));
    slot.decays = options.decay_norm_and_bias || parameter.role == ParameterRole::weight;
    slot.parameter = std::move(parameter);
    slots_.push_back(std::move(slot));
  }
}

std::vector<ParameterStore::Entry> Optimizer::parameters() const {
  std::vector<ParameterStore::Entry> parameters;
  for (const Slot& slot : slots_) parameters.push_back(slot.parameter);
  return parameters;
}

void Optimizer::zero_grad() {
  for (Slot& slot : slots_) slot.parameter.tensor.mutable_grad() = at::Tensor();
}

double Optimizer::clip_gradients(double largest) {
  c10::NoGradGuard no_grad;
  std::vector<at::Tensor> gradients;
  for (const Slot& slot : slots_)
    if (slot.parameter.tensor.grad().defined()) gradients.push_back(slot.parameter.tensor.grad());
  if (gradients.empty()) return 0;
  const double norm = at::stack(at::_foreach_norm(gradients)).norm().item<double>();
  if (norm > largest) at::_foreach_mul_(gradients, at::Scalar(largest / (norm + 1e-6)));
  return norm;
}

void Optimizer::step(double learning_rate) {
  c10::NoGradGuard no_grad;
  std::vector<const Slot*> decaying, others;
  for (const Slot& slot : slots_)
    if (slot.parameter.tensor.grad().defined()) (slot.decays ? decaying : others).push_back(&slot);
  update(decaying, learning_rate, options_.weight_decay);
  update(others, learning_rate, 0.0);
}

void Optimizer::update(const std::vector<const Slot*>& slots, double learning_rate, double weight_decay) {
  if (slots.empty()) return;
  std::vector<at::Tensor> parameters, gradients, first, second, steps;
  for (const Slot* slot : slots) {
    parameters.push_back(slot->parameter.tensor);
    gradients.push_back(laid_out_like(slot->parameter.tensor.grad(), slot->parameter.tensor));
    if (slot->first.defined()) first.push_back(slot->first);
    if (slot->second.defined()) second.push_back(slot->second);
    if (slot->steps.defined()) steps.push_back(slot->steps);
  }
  switch (options_.kind) {
    case OptimizerKind::sgd:
      // A momentum that starts at zero gives LibTorch's first step, too.
      at::_fused_sgd_(parameters, gradients, first, weight_decay, options_.momentum, learning_rate, 0.0, options_.nesterov, false, false);
      break;
    case OptimizerKind::adam:
      at::_foreach_add_(steps, 1);
      at::_fused_adam_(parameters, gradients, first, second, {}, steps, learning_rate, options_.beta1, options_.beta2, weight_decay,
                       options_.epsilon, false, false);
      break;
    case OptimizerKind::adamw:
      at::_foreach_add_(steps, 1);
      at::_fused_adamw_(parameters, gradients, first, second, {}, steps, learning_rate, options_.beta1, options_.beta2, weight_decay,
                        options_.epsilon, false, false);
      break;
    case OptimizerKind::rmsprop:
      rmsprop(parameters, gradients, second, first, learning_rate, weight_decay);
      break;
  }
}

void Optimizer::rmsprop(const std::vector<at::Tensor>& parameters, const std::vector<at::Tensor>& gradients,
                        const std::vector<at::Tensor>& squares, const std::vector<at::Tensor>& momenta, double learning_rate,
                        double weight_decay) const {
  std::vector<at::Tensor> descent = gradients;
  if (weight_decay > 0) descent = at::_foreach_add(gradients, parameters, weight_decay);
  at::_foreach_mul_(squares, at::Scalar(options_.smoothing));
  at::_foreach_addcmul_(squares, descent, descent, 1.0 - options_.smoothing);
  std::vector<at::Tensor> roots = at::_foreach_sqrt(squares);
  at::_foreach_add_(roots, at::Scalar(options_.epsilon));
  if (momenta.empty()) {
    at::_foreach_addcdiv_(parameters, descent, roots, -learning_rate);
  } else {
    at::_foreach_mul_(momenta, at::Scalar(options_.momentum));
    at::_foreach_addcdiv_(momenta, descent, roots, 1.0);
    at::_foreach_add_(parameters, momenta, -learning_rate);
  }
}

NamedTensors Optimizer::state() const {
  NamedTensors state;
  for (const Slot& slot : slots_) {
    if (slot.first.defined()) state.emplace_back("optimizer.first." + slot.parameter.name, slot.first);
    if (slot.second.defined()) state.emplace_back("optimizer.second." + slot.parameter.name, slot.second);
    if (slot.steps.defined()) state.emplace_back("optimizer.steps." + slot.parameter.name, slot.steps);
  }
  return state;
}

void Optimizer::load_state(const SafetensorsFile& file) {
  c10::NoGradGuard no_grad;
  for (auto& [name, tensor] : state()) {
    const at::Tensor stored = read_tensor(file, name);
    if (stored.sizes() != tensor.sizes())
      throw DataError("'" + file.path().string() + "': tensor '" + name + "' has another shape than the model");
    tensor.copy_(stored);
  }
}

}  // namespace tnn
