#include "objectives/classification.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/Reduction.h>
#include <ATen/ops/cross_entropy_loss.h>
#include <ATen/ops/log_softmax.h>
#include <ATen/ops/softmax.h>
#include <ATen/ops/topk.h>

#include <algorithm>

namespace tnn {

at::Tensor cross_entropy(const at::Tensor& logits, const at::Tensor& labels, double label_smoothing) {
  return at::cross_entropy_loss(logits, labels, {}, at::Reduction::Mean, -100, label_smoothing);
}

at::Tensor cross_entropy_each(const at::Tensor& logits, const at::Tensor& labels) {
  return at::cross_entropy_loss(logits, labels, {}, at::Reduction::None);
}

at::Tensor distillation_loss(const at::Tensor& student_logits, const at::Tensor& teacher_logits) {
  const at::Tensor target = at::softmax(teacher_logits.detach(), 1);
  return -(target * at::log_softmax(student_logits, 1)).sum(1).mean();
}

int64_t count_top(const at::Tensor& logits, const at::Tensor& labels, int64_t k) {
  const auto [values, indices] = at::topk(logits, std::min(k, logits.size(1)), 1);
  return (indices == labels.unsqueeze(1)).any(1).sum().item<int64_t>();
}

}  // namespace tnn
