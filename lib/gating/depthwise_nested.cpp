#include "gating/depthwise_nested.h"

#include <algorithm>

namespace tnn {
namespace {

/// A share that lies this close to u counts as equal to it. Wider than the error of an fp32 utilization where u = k/B is inside an interval
/// that is open to the right.
double share_tolerance(Rounding rounding) { return rounding == Rounding::ceil ? 1e-9 : 4e-6; }

}  // namespace

std::vector<size_t> DepthwiseNestedGating::stages() const {
  std::vector<size_t> stages;
  for (size_t g = 0; g < gates_.size(); ++g)
    if (gates_[g].kind == GateKind::branch) stages.push_back(g);
  return stages;
}

int DepthwiseNestedGating::blocks() const {
  int sum = 0;
  for (const size_t stage : stages()) sum += gates_[stage].groups;
  return sum;
}

std::vector<int> DepthwiseNestedGating::counts(double u) const {
  std::vector<int> counts = GatingStrategy::counts(u);
  const std::vector<size_t> order = stages();
  if (order.empty()) return counts;
  int active = 0;
  for (const size_t stage : order) active += counts[stage] = gates_[stage].min_active;
  const int target = active_group_count(u, blocks(), rule_.rounding, 0);
  const double share = u - share_tolerance(rule_.rounding);
  for (int before = -1; active < target && active != before;) {
    before = active;
    for (auto stage = order.rbegin(); stage != order.rend() && active < target; ++stage)
      if (counts[*stage] < share * gates_[*stage].groups) ++counts[*stage], ++active;
  }
  return counts;
}

std::vector<double> DepthwiseNestedGating::steps() const {
  std::vector<double> steps = GatingStrategy::steps();
  const bool ceil = rule_.rounding == Rounding::ceil;
  const int divisor = blocks() + (ceil ? 0 : 1);
  for (int k = 1; k < divisor; ++k) steps.push_back(static_cast<double>(k) / divisor);
  for (const size_t stage : stages())
    for (int k = 1; k < gates_[stage].groups; ++k)
      steps.push_back(static_cast<double>(k) / gates_[stage].groups + (ceil ? 0 : share_tolerance(rule_.rounding)));
  return steps;
}

int DepthwiseNestedGating::finest_cardinality() const { return std::max(GatingStrategy::finest_cardinality(), blocks()); }

Configuration DepthwiseNestedGating::configuration(double u, RandomStream&) const { return first_groups(check_utilization(u)); }

}  // namespace tnn
