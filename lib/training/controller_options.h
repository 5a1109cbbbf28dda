#pragma once

#include "control/controller_description.h"
#include "training/loop_settings.h"
#include "training/reward.h"

namespace tnn {

/// How the gradient of the expected reward is estimated (DTNN Eq. 15).
enum class RewardVariance {
  none,          ///< -r log pi of one draw
  standardized,  ///< the same, the rewards of a batch less their mean, by their deviation
  exact          ///< the expectation over all K actions: no draw
};

/// What an action is that is not drawn at random.
enum class Exploitation {
  greedy,  ///< the most probable (DTNN Eq. 14)
  sample   ///< drawn from the policy
};

/// The recipe's `controller` section as the trainer takes it.
struct ControllerOptions : LoopSettings {
  bool enabled = false;  ///< controller.method is not "none"
  ControllerInput input = ControllerInput::logits;
  std::string features;  ///< of ControllerInput::features: the node; empty: default_features()
  int64_t actions = 10;  ///< K: utilizations k / K
  RewardOptions reward;
  RewardVariance variance = RewardVariance::exact;
  Exploitation exploitation = Exploitation::greedy;
  double epsilon = 0.1, final_epsilon = 0.1;  ///< probability of a uniformly random action, falling linearly over the epochs
  double entropy = 0;                         ///< weight of the policy's entropy, which is added to the reward
  int64_t evaluation_batch = 500;
};

RewardVariance reward_variance_from_name(const std::string& name);  ///< "none", "standardized" or "exact"
Exploitation exploitation_from_name(const std::string& name);       ///< "greedy" or "sample"

/// The utilizations k / actions, k = 1, ..., actions.
std::vector<double> action_utilizations(int64_t actions);

}  // namespace tnn
