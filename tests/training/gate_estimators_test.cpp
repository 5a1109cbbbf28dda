#include "training/gate_estimators.h"

#include <ATen/ATen.h>

#include "catch_compat.h"

using namespace tnn;

namespace {

/// A loss of two gates that has no structure to exploit.
double loss_of(int first, int second) { return 0.3 + 1.7 * first - 0.9 * second + 2.1 * first * second; }

/// d E[loss] / d logit, by enumeration.
std::vector<double> exact_gradient(const std::vector<double>& p) {
  std::vector<double> gradient(2, 0.0);
  for (int a = 0; a < 2; ++a)
    for (int b = 0; b < 2; ++b) {
      const double pa = a ? p[0] : 1 - p[0], pb = b ? p[1] : 1 - p[1];
      gradient[0] += loss_of(a, b) * pb * pa * (a - p[0]);
      gradient[1] += loss_of(a, b) * pa * pb * (b - p[1]);
    }
  return gradient;
}

}  // namespace

TEST_CASE("the concrete gate is the sigmoid of logistic noise plus the logit divided by the temperature") {
  const at::Tensor noise = at::tensor({0.3, 0.8}, at::kDouble).view({1, 2}), logits = at::tensor({1.5, -0.4}, at::kDouble).view({1, 2});
  for (const double tau : {0.1, 0.5, 2.0}) {
    const at::Tensor g = concrete_gates(logits, noise, tau);
    for (int i = 0; i < 2; ++i) {
      const double u = noise[0][i].item<double>(), z = std::log(u / (1 - u)) + logits[0][i].item<double>();
      CHECK(g[0][i].item<double>() == Approx(1 / (1 + std::exp(-z / tau))));
    }
  }
}

TEST_CASE("concrete gates of a low temperature are open as often as their probability says") {
  at::manual_seed(3);
  const at::Tensor p = at::tensor({0.1, 0.5, 0.85}), logits = p.logit().expand({40000, 3});
  const at::Tensor g = concrete_gates(logits, at::rand({40000, 3}), 1e-3);
  CHECK((g.mean(0) - p).abs().max().item<double>() < 0.012);
  CHECK(((g > 0.01) & (g < 0.99)).to(at::kFloat).mean().item<double>() < 0.01);
  CHECK(concrete_gates(logits, at::zeros({40000, 3}), 0.1).isfinite().all().item<bool>());
}

TEST_CASE("probabilities of all gate patterns add up to 1") {
  const at::Tensor logits = at::tensor({0.3, -1.2, 2.0}, at::kDouble).view({1, 3});
  double sum = 0;
  for (int pattern = 0; pattern < 8; ++pattern) {
    const at::Tensor gates = at::tensor({1.0 * (pattern & 1), 1.0 * (pattern >> 1 & 1), 1.0 * (pattern >> 2)}, at::kDouble).view({1, 3});
    sum += log_probability(gates, logits).exp().item<double>();
  }
  CHECK(sum == Approx(1.0));
}

TEST_CASE("the score function's gradient is right on average with every baseline and baselines lower its variance") {
  at::manual_seed(1);
  const std::vector<double> p{0.3, 0.6}, exact = exact_gradient(p);
  const int64_t draws = 4, samples = 50000;
  std::vector<double> variance;
  for (const Baseline baseline : {Baseline::none, Baseline::batch, Baseline::sample}) {
    const at::Tensor probabilities = at::tensor(p, at::kDouble);
    const at::Tensor gates = (at::rand({draws, samples, 2}, at::kDouble) < probabilities).to(at::kDouble);
    const at::Tensor a = gates.select(2, 0), b = gates.select(2, 1);
    const at::Tensor losses = 5.0 + 0.3 + 1.7 * a - 0.9 * b + 2.1 * a * b;  // a constant that a baseline takes away
    const at::Tensor advantage = advantages(losses, baseline);
    const at::Tensor terms = advantage.unsqueeze(2) * (gates - probabilities);  // d log P / d logit = g - p
    const at::Tensor mean = terms.flatten(0, 1).mean(0);
    for (int i = 0; i < 2; ++i) CHECK(mean[i].item<double>() == Approx(exact[static_cast<size_t>(i)]).margin(0.03));
    variance.push_back(terms.var().item<double>());
  }
  CHECK(variance[1] < 0.2 * variance[0]);
  CHECK(variance[2] < 0.5 * variance[0]);
}
