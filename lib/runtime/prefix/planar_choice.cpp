#include "runtime/prefix/planar_choice.h"

#include <limits>

#include "graph/node_traits.h"

namespace tnn::prefix {
namespace {

constexpr double kPlanarGain = 0.95;  ///< planes have to be that much faster, for what estimates and single steps' times leave out

struct RegionTimes {
  double wide = 0, planar = 0;
};

/// Whether a step can have a planar result at a point: with the weights that points share.
bool can_be_planar(const Plan& plan, const PlanPoint& point, size_t index) {
  const StepMode mode = point.steps[index].mode;
  if (mode == StepMode::residual_only) return false;
  if (mode == StepMode::skip || !traits_of(plan.steps[index].operation).is_weighted) return true;
  const ChannelRanges& active = point.channels[static_cast<size_t>(plan.steps[index].output)];
  return active.size() == 1 && active.front().begin == 0;
}

}  // namespace

std::vector<bool> where_planes_pay(const Plan& plan, const PlanarRegions& regions, const StepTimes& times, int point,
                                   const std::vector<bool>& filtered) {
  const PlanPoint& at = plan.points[static_cast<size_t>(point)];
  std::vector<RegionTimes> sums(static_cast<size_t>(regions.count));
  for (size_t s = 0; s < plan.steps.size(); ++s) {
    const int region = regions.of_value[static_cast<size_t>(plan.steps[s].output)];
    if (region == kNone) continue;
    RegionTimes& sum = sums[static_cast<size_t>(region)];
    if (!can_be_planar(plan, at, s)) sum.planar = std::numeric_limits<double>::infinity();
    if (at.steps[s].mode != StepMode::run) continue;
    const StepTuning& step = times[static_cast<size_t>(point)][s];
    sum.wide += filtered[s] ? step.winograd : step.wide;
    sum.planar += step.planar;
  }
  std::vector<bool> pay;
  for (const RegionTimes& sum : sums) pay.push_back(sum.planar < kPlanarGain * sum.wide);
  return pay;
}

}  // namespace tnn::prefix
