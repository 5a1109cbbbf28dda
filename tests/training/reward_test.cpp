#include "training/reward.h"

#include <cmath>

#include "catch_compat.h"

using namespace tnn;

TEST_CASE("the reward of Eq. 13, by hand") {
  const RewardOptions options;  // gamma1 = 0.5, gamma2 = 1.5
  CHECK(reward(options, true, 0.9, 0.1) == Approx(std::exp(0.9) * 0.9));
  CHECK(reward(options, true, 0.2, 0.1) == Approx(std::exp(0.9) * 0.9));  // the confidence of a right answer does not count
  CHECK(reward(options, true, 0.9, 1) == 0);
  CHECK(reward(options, false, 0.9, 0.1) == Approx(-(0.9 + 0.5) * (0.1 + 1.5)));
  CHECK(reward(options, false, 0.4, 1) == Approx(-(0.4 + 0.5) * (1 + 1.5)));
  const RewardOptions other{RewardKind::dtnn, 2, 0.25};
  CHECK(reward(other, false, 0.4, 1) == Approx(-(0.4 + 2) * (1 + 0.25)));
  const RewardOptions linear{RewardKind::linear, 0, 0, 0.2};
  CHECK(reward(linear, true, 0.4, 0.5) == Approx(1 - 0.1));
  CHECK(reward(linear, false, 0.4, 0.5) == Approx(-0.1));
}

TEST_CASE("a reward table has each sample's reward at each action") {
  // Two samples, two actions, two classes; the second sample is wrong at the first action with confidence 0.9.
  const float sure = std::log(9.0f);
  const ActionOutputs outputs{{0.5, 1}, 2, {4, 7}, {0, 1}, {sure, 0, sure, 0, sure, 0, 0, sure}};
  const std::vector<float> table = reward_table(outputs, {}, {0.25, 1});
  REQUIRE(table.size() == 4);
  CHECK(table[0] == Approx(std::exp(0.75) * 0.75));
  CHECK(table[1] == Approx(0));
  CHECK(table[2] == Approx(-(0.9 + 0.5) * (0.25 + 1.5)).epsilon(1e-6));
  CHECK(table[3] == Approx(0));
}
