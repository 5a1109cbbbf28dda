#include "runtime/plan_listing.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cost/cost.h"

namespace tnn {
namespace {

constexpr int64_t kNumberBytes = 4;

std::string operand_text(const Plan& plan, const PlanPoint& point, const Operand& operand) {
  std::vector<std::string> parts;
  for (const Segment& segment : operand) {
    const int64_t channels = count_channels(active_channels(point, segment));
    if (channels > 0) parts.push_back(fmt::format("{}[{}]{}", plan.value(segment.value).name, channels, segment.flattened ? " flat" : ""));
  }
  return fmt::format("{}", fmt::join(parts, " | "));
}

std::string inputs_text(const Plan& plan, const PlanPoint& point, const Step& step) {
  std::vector<std::string> inputs;
  for (const Operand& input : step.inputs) inputs.push_back(operand_text(plan, point, input));
  return fmt::format("{}", fmt::join(inputs, " + "));
}

int64_t operand_bytes(const Plan& plan, const PlanPoint& point, const Operand& operand) {
  int64_t positions = 1;
  for (const int64_t size : operand_extent(plan, operand)) positions *= size;
  return count_channels(plan, point, operand) * positions * kNumberBytes;
}

std::string epilogue_text(const Plan& plan, const PlanPoint& point, const Step& step, const StepAtPoint& at) {
  std::vector<std::string> parts;
  if (!step.epilogue.batch_norms.empty()) parts.push_back("scale+shift");
  if (at.adds_residual) parts.push_back("+ " + operand_text(plan, point, step.epilogue.residual->operand));
  if (step.epilogue.activation) parts.push_back(kind_name(Activation{*step.epilogue.activation}));
  return fmt::format("{}", fmt::join(parts, ", "));
}

std::string mode_text(StepMode mode) { return mode == StepMode::run ? "run" : mode == StepMode::skip ? "skip" : "residual only"; }

/// Bytes of the weights that the step reads at the point.
int64_t weight_bytes(const Graph& graph, const Step& step, const PlanPoint& point) {
  return node_cost(graph, graph.node(step.node), point.configuration).parameters * kNumberBytes;
}

int64_t bytes_read(const Plan& plan, const PlanPoint& point, const Step& step, const StepAtPoint& at) {
  int64_t bytes = at.adds_residual ? operand_bytes(plan, point, step.epilogue.residual->operand) : 0;
  if (at.mode == StepMode::run)
    for (const Operand& input : step.inputs) bytes += operand_bytes(plan, point, input);
  return bytes;
}

}  // namespace

Table plan_table(const Graph& graph, const Plan& plan, int index) {
  const PlanPoint& point = plan.points.at(static_cast<size_t>(index));
  Table table{{"step", "kind", "mode", "reads", "writes", "epilogue", "macs", "weight_bytes", "input_bytes", "output_bytes"},
              {},
              {false, false, false, false, false, false, true, true, true, true}};
  for (size_t i = 0; i < plan.steps.size(); ++i) {
    const Step& step = plan.steps[i];
    const StepAtPoint& at = point.steps[i];
    const Operand output{Segment{step.output, false, {}}};
    const bool runs = at.mode == StepMode::run;
    table.rows.push_back({step.name, kind_name(step.operation), mode_text(at.mode), runs ? inputs_text(plan, point, step) : "",
                          operand_text(plan, point, output), epilogue_text(plan, point, step, at), std::to_string(at.macs),
                          std::to_string(runs ? weight_bytes(graph, step, point) : 0), std::to_string(bytes_read(plan, point, step, at)),
                          std::to_string(operand_bytes(plan, point, output))});
  }
  return table;
}

}  // namespace tnn
