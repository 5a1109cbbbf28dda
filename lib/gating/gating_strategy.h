#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/random_stream.h"
#include "gating/compensation.h"
#include "gating/configuration.h"

namespace tnn {

/// Where u becomes groups or an operating point, what lies this close to a step counts as on it: k/D is not exact in binary, and u may
/// arrive as fp32 (ONNX).
constexpr double kUtilizationTolerance = 1e-6;

/// How a utilization becomes a number of groups.
enum class Rounding {
  floor_plus_one,  ///< d = min(D, floor(u (D + 1))), DTNN 3.2.3
  ceil             ///< d = ceil(u D), DTNN Algorithm 2
};

/// Checks that u is in (0, 1]; UsageError with the value (NaN too). Returns u.
double check_utilization(double u);

/// d of D groups at utilization u by a rounding rule, at least min_active. u = k/D and u = k/(D+1) count as k (kUtilizationTolerance).
int active_group_count(double u, int groups, Rounding rounding, int min_active);

/// The recipe's `gating` section: what a model file stores of its gating.
struct GatingRule {
  std::string strategy = "nested";
  Rounding rounding = Rounding::floor_plus_one;
  int min_active = 1;  ///< for channel gates; a gate's own min_active counts where it is larger
  Compensation compensation = Compensation::none;
  bool operator==(const GatingRule&) const = default;
};

/// Groups of a gate that a rule keeps active: the larger of the rule's and the gate's min_active for a channel gate.
int least_active(const GatingRule& rule, const Gate& gate);

/// d of a gate at utilization u by a rule: its rounding, and the larger of the rule's and the gate's min_active.
int active_group_count(const GatingRule& rule, const Gate& gate, double u);

/// A configuration with the utilizations it stands for: equal configurations are one operating point.
struct OperatingPoint {
  double u = 1.0;                     ///< canonical: d/D where one gate or equal cardinalities decide
  double u_begin = 0.0, u_end = 1.0;  ///< the utilizations that give it, from u_begin to u_end
  Configuration configuration;
  std::optional<double> validation_accuracy = {};  ///< the task's headline metric (top-1, a fraction) on the validation split
};

/// The operating point that u stands for, of `points` by rising u: the one whose interval holds it, from u_begin, itself included, under
/// floor_plus_one; up to u_end, itself included, under ceil. Of points that leave u out, the last that begins below it. UsageError where u
/// is outside (0, 1] or there is no point.
int point_at(const std::vector<OperatingPoint>& points, double u, Rounding rounding);

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
  virtual std::vector<OperatingPoint> operating_points(uint64_t seed = 0) const;
  /// configuration() with a stream of its own from (seed, u): repeatable.
  Configuration configuration_at(double u, uint64_t seed = 0) const;

 protected:
  GatingStrategy(const Graph& graph, GatingRule rule) : gates_(graph.gates()), rule_(std::move(rule)) {}
  /// Active groups of each gate at u.
  virtual std::vector<int> counts(double u) const;
  /// Utilizations between which a count changes, in any order.
  virtual std::vector<double> steps() const;
  /// The denominator of canonical utilizations d/D.
  virtual int finest_cardinality() const;
  /// The first groups of every gate, by counts().
  Configuration first_groups(double u) const;

  const std::vector<Gate> gates_;
  const GatingRule rule_;
};

/// The strategy of rule.strategy, by the names of gating_strategy_names(); UsageError lists them. One that is a table (learned:
/// concrete, reinforce; converted: reds) is `points`, those of a model file; the others do not read them.
std::unique_ptr<GatingStrategy> make_gating_strategy(const Graph& graph, const GatingRule& rule,
                                                     const std::vector<OperatingPoint>& points = {});
std::vector<std::string> gating_strategy_names();

Rounding rounding_from_name(const std::string& name);
std::string rounding_name(Rounding rounding);

}  // namespace tnn
