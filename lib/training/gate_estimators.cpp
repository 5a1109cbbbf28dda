#include "training/gate_estimators.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/softplus.h>

namespace tnn {

at::Tensor concrete_gates(const at::Tensor& logits, const at::Tensor& noise, double temperature) {
  const at::Tensor u = noise.clamp(1e-7, 1.0 - 1e-7);
  return ((u.log() - (-u).log1p() + logits) / temperature).sigmoid();
}

at::Tensor log_probability(const at::Tensor& gates, const at::Tensor& logits) {
  // g log p + (1 - g) log (1 - p) with p = sigmoid(logit)
  return (gates * logits - at::softplus(logits)).sum(1);
}

at::Tensor advantages(const at::Tensor& losses, Baseline baseline) {
  if (baseline == Baseline::none) return losses;
  if (baseline == Baseline::batch) {
    const auto others = static_cast<double>(losses.numel() - 1);
    return losses - (losses.sum() - losses) / others;
  }
  const auto others = static_cast<double>(losses.size(0) - 1);
  return losses - (losses.sum(0, true) - losses) / others;
}

}  // namespace tnn
