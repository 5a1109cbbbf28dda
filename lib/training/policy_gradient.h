#pragma once

#include <ATen/core/Tensor.h>

#include "training/controller_options.h"
#include "training/step_share.h"

namespace tnn {

/// Epsilon-greedy actions of a policy, int64 [N]: with probability epsilon one of all K, each equally likely, else as `exploitation` says.
/// Sample i draws from the random stream of (seed, step, positions[i]), or of (seed, step, i). `probabilities`: [N, K] on the CPU.
at::Tensor epsilon_greedy(const at::Tensor& probabilities, double epsilon, Exploitation exploitation, uint64_t seed, int64_t step,
                          const std::vector<int64_t>& positions = {});

/// -r log pi(a | x) of each sample, [N] (DTNN Eq. 15): `log_policy` [N, K], `rewards` [N, K] of all actions, `actions` int64 [N]. With
/// RewardVariance::exact the expectation over the policy's own actions, -sum_k pi_k r_k, and `actions` is not read. Of a batch that several
/// processes share, rewards are standardized over all of it.
at::Tensor policy_loss(const at::Tensor& log_policy, const at::Tensor& rewards, const at::Tensor& actions, RewardVariance variance,
                       const StepShare& share = {});

/// The entropy of each sample's policy, [N].
at::Tensor policy_entropy(const at::Tensor& log_policy);

}  // namespace tnn
