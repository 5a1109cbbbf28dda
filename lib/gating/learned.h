#pragma once

#include "gating/gating_strategy.h"

namespace tnn {

/// A gate that was trained (DTNN 3.2.6: CONCRETE, REINFORCE). It depends on u alone, so that what it learned is a table: the operating
/// points of the model file, each for the utilizations above u_begin and up to u_end.
class LearnedGating : public GatingStrategy {
 public:
  /// UsageError where `points` is empty: such a gate comes from a model file whose gates were trained.
  LearnedGating(const Graph& graph, GatingRule rule, std::vector<OperatingPoint> points);
  Configuration configuration(double u, RandomStream& random) const override;
  bool is_random() const override { return false; }
  std::vector<OperatingPoint> operating_points(uint64_t seed = 0) const override;

 private:
  std::vector<OperatingPoint> points_;
};

/// Whether a strategy of this name is such a table.
bool is_table_strategy(const std::string& name);

/// The probability that a group is open, of each group of each gate.
using GateProbabilities = std::vector<std::vector<double>>;

/// How probabilities become a hard configuration.
enum class Hardening {
  threshold,      ///< groups with p > 1/2, the most probable value of each Bernoulli gate
  expected_count  ///< as many as are open on average, round(sum p), the most probable ones
};
Hardening hardening_from_name(const std::string& name);

/// At least `min_active` groups of a channel gate and the gate's own min_active stay open: the most probable ones. Of equal probabilities
/// the lower group comes first.
Configuration harden(const Graph& graph, const GateProbabilities& probabilities, Hardening hardening, int min_active);

/// The table of configurations at rising utilizations, the last of them 1: each stands for the utilizations above the one before it, and
/// neighbours that are equal are one point.
std::vector<OperatingPoint> learned_operating_points(const std::vector<double>& utilizations,
                                                     const std::vector<Configuration>& configurations);

}  // namespace tnn
