#include "training/policy_gradient.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/empty.h>

#include "core/random_stream.h"

namespace tnn {
namespace {

/// Index of the action that a uniform number in [0, 1) falls on.
int64_t drawn_from(const float* probabilities, int64_t count, double number) {
  for (int64_t k = 0; k + 1 < count; ++k)
    if ((number -= static_cast<double>(probabilities[k])) < 0) return k;
  return count - 1;
}

int64_t most_probable(const float* probabilities, int64_t count) {
  return std::max_element(probabilities, probabilities + count) - probabilities;
}

}  // namespace

at::Tensor epsilon_greedy(const at::Tensor& probabilities, double epsilon, Exploitation exploitation, uint64_t seed, int64_t step,
                          const std::vector<int64_t>& positions) {
  const at::Tensor all = probabilities.contiguous();
  const int64_t count = all.size(0), actions = all.size(1);
  at::Tensor chosen = at::empty({count}, at::kLong);
  for (int64_t i = 0; i < count; ++i) {
    const int64_t position = positions.empty() ? i : positions[static_cast<size_t>(i)];
    RandomStream random(seed, RandomPurpose::exploration, {static_cast<uint64_t>(step), static_cast<uint64_t>(position)});
    const float* policy = all.const_data_ptr<float>() + i * actions;
    int64_t& action = chosen.data_ptr<int64_t>()[i];
    if (random.uniform() < epsilon)
      action = static_cast<int64_t>(random.below(static_cast<uint64_t>(actions)));
    else
      action = exploitation == Exploitation::greedy ? most_probable(policy, actions) : drawn_from(policy, actions, random.uniform());
  }
  return chosen;
}

at::Tensor policy_loss(const at::Tensor& log_policy, const at::Tensor& rewards, const at::Tensor& actions, RewardVariance variance,
                       const StepShare& share) {
  if (variance == RewardVariance::exact) return -(log_policy.exp() * rewards).sum(1);
  const at::Tensor places = actions.unsqueeze(1);
  at::Tensor earned = rewards.gather(1, places).squeeze(1);
  if (variance == RewardVariance::standardized && (share.group ? share.samples.size : earned.size(0)) > 1) {
    const at::Tensor all = share.whole(earned);
    earned = (earned - all.mean()) / (all.std() + 1e-8);
  }
  return -earned * log_policy.gather(1, places).squeeze(1);
}

at::Tensor policy_entropy(const at::Tensor& log_policy) { return -(log_policy.exp() * log_policy).sum(1); }

}  // namespace tnn
