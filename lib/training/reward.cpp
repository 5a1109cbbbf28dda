#include "training/reward.h"

#include <cmath>

#include "control/confidence.h"
#include "core/name_table.h"

namespace tnn {
namespace {

constexpr NamedValue<RewardKind> kKinds[] = {{"dtnn", RewardKind::dtnn}, {"linear", RewardKind::linear}};

}  // namespace

RewardKind reward_kind_from_name(const std::string& name) { return value_from_name(kKinds, "controller.reward", name); }
std::string reward_kind_name(RewardKind kind) { return name_of_value(kKinds, kind); }

double reward(const RewardOptions& options, bool right, double confidence, double u) {
  if (options.kind == RewardKind::linear) return (right ? 1.0 : 0.0) - options.lambda * u;
  return right ? std::exp(1 - u) * (1 - u) : -(confidence + options.gamma1) * (u + options.gamma2);
}

std::vector<float> reward_table(const ActionOutputs& outputs, const RewardOptions& options, const std::vector<double>& costs) {
  std::vector<float> table;
  table.reserve(static_cast<size_t>(outputs.size() * outputs.actions()));
  for (int64_t i = 0; i < outputs.size(); ++i)
    for (int64_t k = 0; k < outputs.actions(); ++k) {
      const double sure = confidence(ConfidenceMeasure::max_softmax, outputs.of(i, k), outputs.classes);
      table.push_back(static_cast<float>(reward(options, outputs.is_right(i, k), sure, costs[static_cast<size_t>(k)])));
    }
  return table;
}

}  // namespace tnn
