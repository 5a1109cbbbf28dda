#pragma once

#include <string>
#include <vector>

#include "control/action_outputs.h"

namespace tnn {

/// What an action earns.
enum class RewardKind {
  dtnn,   ///< DTNN Eq. 13: exp(1 - u) (1 - u) where the answer is right, -(c + gamma1) (u + gamma2) where it is wrong
  linear  ///< 1 where the answer is right, else 0, less lambda u
};
RewardKind reward_kind_from_name(const std::string& name);  ///< "dtnn" or "linear"; UsageError lists them
std::string reward_kind_name(RewardKind kind);

struct RewardOptions {
  RewardKind kind = RewardKind::dtnn;
  /// Of a wrong answer. The formula counts: gamma1 is added to the confidence c, gamma2 to the utilization (the paper's text has them the
  /// other way round).
  double gamma1 = 0.5, gamma2 = 1.5;
  double lambda = 0.1;     ///< of `linear`: the price of the full network
  bool mac_ratio = false;  ///< u is the share of the full network's MACs, not the utilization that was asked for
};

/// The reward of one answer; `confidence`: softmax of the class that was answered, in [0, 1]; `u` in (0, 1].
double reward(const RewardOptions& options, bool right, double confidence, double u);

/// The rewards of all actions for all samples, [N, K]; `costs`: u of each action as the reward counts it.
std::vector<float> reward_table(const ActionOutputs& outputs, const RewardOptions& options, const std::vector<double>& costs);

}  // namespace tnn
