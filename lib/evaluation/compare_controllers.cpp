#include "evaluation/compare_controllers.h"

#include <cmath>

namespace tnn {
namespace {

constexpr double kSignificance = 0.05;
constexpr double kRounding = 1e-9;  ///< of mean MACs that are equal by construction

}  // namespace

ControllerRivals controller_rivals(const ActionOutputs& outputs, const ActionCosts& costs, const ControllerDescription& description,
                                   const std::vector<int64_t>& actions, OwnCost own) {
  ControllerRivals rivals;
  for (int64_t k = 0; k < outputs.actions(); ++k) rivals.choices.push_back(fixed_choice(outputs, costs, k));
  const Choice learned = learned_choice(outputs, costs, actions, description.input, own);
  rivals.choices.push_back(random_choice(outputs, costs, learned.shares));
  rivals.choices.push_back(chord_choice(outputs, costs, learned.mean_macs()));
  for (const Cascade& cascade : description.cascades) rivals.choices.push_back(cascade_choice(outputs, costs, cascade));
  rivals.learned = rivals.choices.size();
  rivals.choices.push_back(learned);
  rivals.choices.push_back(oracle_choice(outputs, costs));
  return rivals;
}

ChoiceComparison compare_choices(const Choice& a, const Choice& b) {
  ChoiceComparison result;
  result.top1 = paired_bootstrap(a.right, b.right);
  result.macs = paired_bootstrap(a.macs, b.macs);
  double only_a = 0, only_b = 0;
  for (size_t i = 0; i < a.right.size(); ++i) {
    only_a += a.right[i] * (1 - b.right[i]);
    only_b += b.right[i] * (1 - a.right[i]);
  }
  result.p_value = mcnemar_p_value(std::llround(only_a), std::llround(only_b));
  const bool as_cheap = result.macs.low <= kRounding * b.mean_macs();
  result.better = as_cheap && result.top1.low > 0 && result.p_value < kSignificance;
  return result;
}

}  // namespace tnn
