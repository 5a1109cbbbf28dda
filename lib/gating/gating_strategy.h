#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/random_stream.h"
#include "gating/configuration.h"

namespace tnn {

/// How a utilization becomes a number of groups.
enum class Rounding {
  floor_plus_one,  ///< d = min(D, floor(u (D + 1))), DTNN 3.2.3
  ceil             ///< d = ceil(u D), DTNN Algorithm 2
};

/// Checks that u is in (0, 1]; UsageError with the value (NaN too). Returns u.
double check_utilization(double u);

/// d of D groups at utilization u by a rounding rule, at least min_active. Exact at the rule's steps: u = k/D and u = k/(D+1) as doubles
/// count as k.
int active_group_count(double u, int groups, Rounding rounding, int min_active);

/// The recipe's `gating` section: what a model file stores of its gating.
struct GatingRule {
  std::string strategy = "nested";
  Rounding rounding = Rounding::floor_plus_one;
  int min_active = 1;  ///< for channel gates; a gate's own min_active counts where it is larger
  bool operator==(const GatingRule&) const = default;
};

/// d of a gate at utilization u by a rule: its rounding, and the larger of the rule's and the gate's min_active.
int active_group_count(const GatingRule& rule, const Gate& gate, double u);

/// A configuration with the utilizations it stands for: equal configurations are one operating point.
struct OperatingPoint {
  double u = 1.0;                     ///< canonical: d/D where one gate or equal cardinalities decide
  double u_begin = 0.0, u_end = 1.0;  ///< the utilizations that give it, from u_begin to u_end
  Configuration configuration;
  std::optional<double> validation_accuracy = {};  ///< top-1, a fraction, on the validation split it was trained with
};

/// Maps u to the active groups of every gate of a graph.
class GatingStrategy {
 public:
  virtual ~GatingStrategy() = default;
  /// The configuration at utilization u in (0, 1]. A random strategy draws from `random`; a deterministic one ignores it.
  virtual Configuration configuration(double u, RandomStream& random) const = 0;
  /// Whether configuration() draws.
  virtual bool is_random() const = 0;
  const GatingRule& rule() const { return rule_; }

  /// All distinct operating points by rising u, at most one a step of u. A random strategy gives one draw a step, from `seed`.
  std::vector<OperatingPoint> operating_points(uint64_t seed = 0) const;
  /// configuration() with a stream of its own from (seed, u): repeatable.
  Configuration configuration_at(double u, uint64_t seed = 0) const;

 protected:
  GatingStrategy(const Graph& graph, GatingRule rule) : gates_(graph.gates()), rule_(std::move(rule)) {}
  int count(const Gate& gate, double u) const { return active_group_count(rule_, gate, u); }
  const std::vector<Gate> gates_;
  const GatingRule rule_;
};

/// The strategy of rule.strategy: "nested" or "independent"; UsageError lists the known ones.
std::unique_ptr<GatingStrategy> make_gating_strategy(const Graph& graph, const GatingRule& rule);
std::vector<std::string> gating_strategy_names();

Rounding rounding_from_name(const std::string& name);
std::string rounding_name(Rounding rounding);

}  // namespace tnn
