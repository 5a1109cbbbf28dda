#include "tasks/classification.h"

#include <ATen/ATen.h>

#include <cmath>
#include <limits>

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

TEST_CASE("what accumulators of several processes collected comes to the metrics of one that saw all") {
  const Classification task({{"a", "b", "c"}, 0.0});
  at::manual_seed(1);
  const at::Tensor logits = at::randn({50, 3}), labels = at::randint(3, {50}, at::kLong);
  const auto add = [&](MetricAccumulator& to, int64_t begin, int64_t end) {
    if (end > begin) to.add({logits.narrow(0, begin, end - begin)}, Targets({{"label", labels.narrow(0, begin, end - begin)}}));
  };
  const auto all = task.make_accumulator(), first = task.make_accumulator(), second = task.make_accumulator(),
             empty = task.make_accumulator();
  add(*all, 0, 50), add(*first, 0, 13), add(*second, 13, 50);
  const std::vector<std::string> collected{first->collected(), empty->collected(), second->collected()};
  for (MetricAccumulator* one : {first.get(), empty.get(), second.get()}) {
    one->merge(collected);
    CHECK(one->samples() == 50);
    for (size_t m = 0; m < all->values().size(); ++m) CHECK(one->values()[m].value == Approx(all->values()[m].value).epsilon(1e-6));
    CHECK(one->values()[0].low == all->values()[0].low);
    for (size_t c = 0; c < 3; ++c) {
      CHECK(one->classes()[c].correct == all->classes()[c].correct);
      CHECK(one->classes()[c].count == all->classes()[c].count);
    }
  }
  const auto diverged = task.make_accumulator();
  diverged->add({at::full({1, 3}, -std::numeric_limits<double>::infinity())}, Targets({{"label", at::zeros({1}, at::kLong)}}));
  diverged->merge({first->collected(), diverged->collected()});
  CHECK(diverged->samples() == 51);
  CHECK_FALSE(std::isfinite(diverged->values()[2].value));
}
