#include "training/policy_gradient.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/full.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>

#include <cmath>

#include "catch_compat.h"

using namespace tnn;

namespace {

/// How often each action is drawn.
std::vector<double> counts(double epsilon, Exploitation exploitation, const std::vector<double>& policy, int64_t draws) {
  const at::Tensor one = at::tensor(policy, at::kFloat).unsqueeze(0);
  const at::Tensor actions = epsilon_greedy(one.expand({draws, one.size(1)}), epsilon, exploitation, 5, 17);
  std::vector<double> found(policy.size());
  for (int64_t i = 0; i < draws; ++i) found.at(static_cast<size_t>(actions[i].item<int64_t>())) += 1;
  return found;
}

double chi_square(const std::vector<double>& found, const std::vector<double>& expected) {
  double sum = 0;
  for (size_t k = 0; k < found.size(); ++k) sum += (found[k] - expected[k]) * (found[k] - expected[k]) / expected[k];
  return sum;
}

/// The probability of the better arm of a two-armed bandit after some steps of gradient descent on the policy's logits.
double learned_probability(RewardVariance variance) {
  const at::Tensor rewards = at::tensor({1.0f, 0.2f}).unsqueeze(0).expand({64, 2});
  at::Tensor logits = at::zeros({2}, at::kFloat);
  logits.requires_grad_();
  for (int64_t step = 0; step < 300; ++step) {
    const at::Tensor log_p = logits.unsqueeze(0).expand({64, 2}).log_softmax(1);
    const at::Tensor actions = epsilon_greedy(log_p.detach().exp(), 0.1, Exploitation::sample, 3, step);
    policy_loss(log_p, rewards, actions, variance).mean().backward();
    at::Tensor values = logits.detach();
    values.sub_(logits.grad(), 0.5);
    logits.mutable_grad() = at::Tensor();
  }
  return logits.detach().softmax(0)[0].item<double>();
}

}  // namespace

TEST_CASE("epsilon-greedy draws each action as often as it says") {
  const std::vector<double> policy{0.1, 0.6, 0.25, 0.05};
  constexpr int64_t kDraws = 20000;
  constexpr double kLargest = 16.27;  // of a chi-square with 3 degrees of freedom, 1 in 1000
  for (const double epsilon : {0.1, 0.5, 1.0}) {
    std::vector<double> greedy, sampled;
    for (size_t k = 0; k < policy.size(); ++k) {
      greedy.push_back(kDraws * (epsilon / 4 + (k == 1 ? 1 - epsilon : 0)));
      sampled.push_back(kDraws * (epsilon / 4 + (1 - epsilon) * policy[k]));
    }
    CHECK(chi_square(counts(epsilon, Exploitation::greedy, policy, kDraws), greedy) < kLargest);
    CHECK(chi_square(counts(epsilon, Exploitation::sample, policy, kDraws), sampled) < kLargest);
  }
  CHECK(counts(0, Exploitation::greedy, policy, 100) == std::vector<double>{0, 100, 0, 0});
}

TEST_CASE("Eq. 15 on a two-armed bandit converges to the better arm, in every form of its gradient") {
  for (const auto variance : {RewardVariance::none, RewardVariance::standardized, RewardVariance::exact})
    CHECK(learned_probability(variance) > 0.95);
}

TEST_CASE("the policy's loss is -r log pi of the drawn action, or the expectation over all") {
  const at::Tensor log_p = at::tensor({0.25f, 0.75f, 0.5f, 0.5f}).view({2, 2}).log();
  const at::Tensor rewards = at::tensor({2.0f, -1.0f, 0.5f, 3.0f}).view({2, 2});
  const at::Tensor actions = at::tensor(std::vector<int64_t>{0, 1}, at::kLong);
  const at::Tensor drawn = policy_loss(log_p, rewards, actions, RewardVariance::none);
  CHECK(drawn[0].item<double>() == Approx(-2 * std::log(0.25)));
  CHECK(drawn[1].item<double>() == Approx(-3 * std::log(0.5)));
  const at::Tensor exact = policy_loss(log_p, rewards, actions, RewardVariance::exact);
  CHECK(exact[0].item<double>() == Approx(-(0.25 * 2 - 0.75)));
  CHECK(exact[1].item<double>() == Approx(-1.75));
  CHECK(policy_entropy(log_p)[1].item<double>() == Approx(std::log(2.0)));
}
