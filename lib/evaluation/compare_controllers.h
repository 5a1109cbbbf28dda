#pragma once

#include "evaluation/choice.h"
#include "evaluation/paired_test.h"

namespace tnn {

/// A learned controller beside everything that it must beat, on the same samples.
struct ControllerRivals {
  std::vector<Choice> choices;  ///< every fixed u, random with the same histogram, chord, cascades, the learned one, oracle
  size_t learned = 0;           ///< its place among them
};
ControllerRivals controller_rivals(const ActionOutputs& outputs, const ActionCosts& costs, const ControllerDescription& description,
                                   const std::vector<int64_t>& actions, OwnCost own);

/// Two choices on the same samples.
struct ChoiceComparison {
  PairedDifference top1, macs;  ///< a less b
  double p_value = 1;           ///< McNemar's exact test; the counts of expected answers are rounded
  bool better = false;  ///< a has the higher accuracy, p < 0.05 and the interval above 0, at mean MACs that are not shown to be higher
};
ChoiceComparison compare_choices(const Choice& a, const Choice& b);

}  // namespace tnn
