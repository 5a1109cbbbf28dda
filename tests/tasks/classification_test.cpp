#include "tasks/classification.h"

#include <ATen/ATen.h>

#include <cmath>

#include "catch_compat.h"

using namespace tnn;

TEST_CASE("cross-entropy and its label smoothing follow their formulas") {
  const at::Tensor logits = at::tensor({1.0f, 2.0f, 0.5f}).view({1, 3}), labels = at::tensor({1}, at::kLong);
  const double norm = std::log(std::exp(1.0) + std::exp(2.0) + std::exp(0.5));
  CHECK(cross_entropy(logits, labels).item<double>() == Approx(norm - 2.0).epsilon(1e-6));
  const double uniform = ((norm - 1.0) + (norm - 2.0) + (norm - 0.5)) / 3;
  CHECK(cross_entropy(logits, labels, 0.3).item<double>() == Approx(0.7 * (norm - 2.0) + 0.3 * uniform).epsilon(1e-6));
}

TEST_CASE("distillation is least where the student agrees, and gives the teacher no gradient") {
  at::Tensor teacher = at::tensor({1.0f, 2.0f, 0.5f}).view({1, 3}).requires_grad_();
  at::Tensor same = teacher.detach().clone().requires_grad_(), other = at::tensor({2.0f, 0.0f, 0.0f}).view({1, 3}).requires_grad_();
  CHECK(soft_cross_entropy(same, teacher).item<double>() < soft_cross_entropy(other, teacher).item<double>());
  soft_cross_entropy(same, teacher).backward();
  CHECK(same.grad().abs().max().item<double>() < 1e-6);
  CHECK_FALSE(teacher.grad().defined());
}

TEST_CASE("top-k counts labels among the k largest logits, with fewer classes than k too") {
  const at::Tensor logits = at::tensor({3.0f, 2.0f, 1.0f, 1.0f, 2.0f, 3.0f}).view({2, 3}), labels = at::tensor({1, 2}, at::kLong);
  CHECK(count_top(logits, labels, 1) == 1);
  CHECK(count_top(logits, labels, 2) == 2);
  CHECK(count_top(logits, labels, 5) == 2);
}
