#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

namespace tnn {

/// Mean cross-entropy of logits [N, classes] against labels [N], nats; with label smoothing in [0, 1) (Szegedy et al. 2016).
at::Tensor cross_entropy(const at::Tensor& logits, const at::Tensor& labels, double label_smoothing = 0.0);

/// The same for each sample, [N].
at::Tensor cross_entropy_each(const at::Tensor& logits, const at::Tensor& labels);

/// Mean cross-entropy of a student's logits against a teacher's softmax, which is a constant: in-place distillation of universally
/// slimmable networks, where the widest operating point teaches the others.
at::Tensor distillation_loss(const at::Tensor& student_logits, const at::Tensor& teacher_logits);

/// How many of N samples have their label among the k largest logits.
int64_t count_top(const at::Tensor& logits, const at::Tensor& labels, int64_t k);

}  // namespace tnn
