#include "cost/cost.h"
#include "runtime/lowering/passes.h"

namespace tnn {
namespace {

StepAtPoint step_at(const Plan& plan, const Graph& graph, const PlanPoint& point, const Step& step) {
  StepAtPoint result;
  const auto& output = point.channels[static_cast<size_t>(step.output)];
  if (output.empty()) {
    result.mode = StepMode::skip;
    return result;
  }
  if (const auto& residual = step.epilogue.residual) {
    result.adds_residual = is_present(plan, point, residual->operand, step.output);
    if (active_channels(graph, residual->beside, point.configuration).empty()) result.mode = StepMode::residual_only;
  }
  if (result.mode == StepMode::run) result.macs = node_cost(graph, graph.node(step.node), point.configuration).macs;
  return result;
}

}  // namespace

void specialize(Plan& plan, const Graph& graph, const std::vector<OperatingPoint>& points) {
  plan.points.clear();
  for (const OperatingPoint& source : points) {
    PlanPoint point{source.configuration, {}, {}};
    for (const Value& value : plan.values) point.channels.push_back(active_channels(graph, value.shape, source.configuration));
    for (const Step& step : plan.steps) point.steps.push_back(step_at(plan, graph, point, step));
    plan.points.push_back(std::move(point));
  }
}

}  // namespace tnn
