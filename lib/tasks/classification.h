#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

#include "tasks/task.h"

namespace tnn {

/// One of several classes for each sample. The network's output is logits [N, classes]; the target "label" [N] is the class's index.
/// Metrics: top1, top5 (fractions with Wilson's interval) and loss (mean cross-entropy); right answers of each class.
class Classification : public Task {
 public:
  explicit Classification(TaskOptions options) : options_(std::move(options)) {}
  std::string name() const override { return "classification"; }
  const std::vector<Metric>& metrics() const override;
  std::string score_name() const override { return "accuracy"; }
  std::unique_ptr<MetricAccumulator> make_accumulator() const override;
  at::Tensor loss(const Outputs& outputs, const Targets& targets, uint64_t seed) const override;
  at::Tensor loss_each(const Outputs& outputs, const Targets& targets) const override;
  at::Tensor distillation_loss(const Outputs& student, const Outputs& teacher) const override;
  MetricSum training_metric(const Outputs& outputs, const Targets& targets) const override;
  std::string mismatch(const Graph& graph) const override;

 private:
  TaskOptions options_;
};

/// Mean cross-entropy of logits [N, classes] against labels [N], nats; with label smoothing in [0, 1) (Szegedy et al. 2016).
at::Tensor cross_entropy(const at::Tensor& logits, const at::Tensor& labels, double label_smoothing = 0.0);

/// The same for each sample, [N].
at::Tensor cross_entropy_each(const at::Tensor& logits, const at::Tensor& labels);

/// Mean cross-entropy of a student's logits against a teacher's softmax, which is a constant: in-place distillation of universally
/// slimmable networks, where the widest operating point teaches the others.
at::Tensor soft_cross_entropy(const at::Tensor& student_logits, const at::Tensor& teacher_logits);

/// How many of N samples have their label among the k largest logits.
int64_t count_top(const at::Tensor& logits, const at::Tensor& labels, int64_t k);

}  // namespace tnn
