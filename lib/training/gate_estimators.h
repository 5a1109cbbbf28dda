#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

#include "training/gate_options.h"

namespace tnn {

/// The binary Concrete distribution (Maddison et al. 2017): g = sigmoid((Z + logit p) / tau), with Z = log U - log(1 - U) standard
/// logistic. DTNN prints Eq. 12 with the exponent -tau in place of the division by tau. As tau goes to 0, g becomes Bernoulli(p). `noise`
/// is U in (0, 1), of the logits' shape.
at::Tensor concrete_gates(const at::Tensor& logits, const at::Tensor& noise, double temperature);

/// log P(g) of hard gates [N, D] under Bernoulli(sigmoid(logits)), summed over the groups (DTNN Eq. 11): [N].
at::Tensor log_probability(const at::Tensor& gates, const at::Tensor& logits);

/// Losses [draws, N] less their baseline: what multiplies the gradient of log P (DTNN Eq. 10). Each draw's baseline leaves the draw itself
/// out, so that the estimate stays unbiased.
at::Tensor advantages(const at::Tensor& losses, Baseline baseline);

}  // namespace tnn
