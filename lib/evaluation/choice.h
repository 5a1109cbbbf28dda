#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "control/action_outputs.h"
#include "control/controller_description.h"

namespace tnn {

/// What the actions of a controller cost, one input.
struct ActionCosts {
  std::vector<double> macs;        ///< K: multiply-accumulates of a pass
  std::vector<double> latency_ms;  ///< K: median time of a pass; empty: not measured
};
/// What a controller's own network costs, one input.
struct OwnCost {
  double macs = 0, latency_ms = 0;
};

/// What a rule that chooses u did with each of N samples, in the order of the outputs. A rule that draws has expected values.
struct Choice {
  std::string name;
  std::vector<double> right;       ///< N: 1 where the answer is right, else 0
  std::vector<double> macs;        ///< N: all that was computed: the controller's own network, and every pass
  std::vector<double> latency_ms;  ///< N; empty where it was not measured
  std::vector<double> shares;      ///< K: how often each action gave the answer

  double top1() const;
  double mean_macs() const;
  double mean_latency_ms() const;  ///< -1 where it was not measured
  double mean_u(const std::vector<double>& utilizations) const;
};

/// The same action for every sample: "fixed u=0.3".
Choice fixed_choice(const ActionOutputs& outputs, const ActionCosts& costs, int64_t action);
/// Actions drawn with these shares, whatever the sample: "random".
Choice random_choice(const ActionOutputs& outputs, const ActionCosts& costs, const std::vector<double>& shares);
/// The chord: of all fixed actions that cost at most `mean_macs`, and all pairs of them drawn with probabilities that make the mean MACs
/// `mean_macs`, the one of the highest accuracy on these very samples, which is what any controller of that cost must lie above; the
/// cheapest action where all cost more. "chord".
Choice chord_choice(const ActionOutputs& outputs, const ActionCosts& costs, double mean_macs);
/// Every pass of a cascade is paid for; utilizations of its stages that are no action are a UsageError. "cascade max_softmax".
Choice cascade_choice(const ActionOutputs& outputs, const ActionCosts& costs, const Cascade& cascade);
/// Multiply-accumulates of the data path for an input that a controller sends to each action: the pass there, and before it the one at the
/// first action where the controller looks at one.
std::vector<double> macs_of_actions(const ActionCosts& costs, ControllerInput input);
/// A learned controller's actions, with its own cost, and a pass at the first action where it looks at one. "learned logits".
Choice learned_choice(const ActionOutputs& outputs, const ActionCosts& costs, const std::vector<int64_t>& actions, ControllerInput input,
                      OwnCost own);
/// For each sample the cheapest action that is right, the cheapest where none is (DTNN Fig. 8a): what no controller can beat. "oracle".
Choice oracle_choice(const ActionOutputs& outputs, const ActionCosts& costs);

/// The cascade of one to three stages with the highest accuracy on these samples whose mean MACs are at most `most_macs`; of equal ones the
/// cheapest. All actions and, of each stage, 40 quantiles of its confidences are tried together (of more than 32 actions, 32 of them for
/// three stages).
Cascade best_cascade(const ActionOutputs& outputs, const ActionCosts& costs, ConfidenceMeasure measure, double most_macs);

}  // namespace tnn
