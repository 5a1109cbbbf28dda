#include "pipelines/inspect.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/atomic_file.h"
#include "cost/cost.h"
#include "graph/graph_json.h"
#include "graph/region_split.h"
#include "pipelines/recipe_model.h"
#include "runtime/lowering/passes.h"
#include "runtime/plan_listing.h"
#include "runtime/prefix/output_pieces.h"

namespace tnn {
namespace {

std::string groups_text(const ModelDescription& description, const OperatingPoint& point) {
  std::vector<std::string> texts;
  for (const ActiveGroups& active : point.configuration.gates)
    texts.push_back(active.is_prefix() ? fmt::format("{}/{}", active.count(), active.groups()) : active.pattern());
  const bool equal = std::all_of(texts.begin(), texts.end(), [&](const auto& text) { return text == texts.front(); });
  if (texts.empty()) return "-";
  return equal ? texts.front() + (description.graph.gates().size() > 1 ? " each" : "") : fmt::format("{}", fmt::join(texts, " "));
}

Table layer_table(const Graph& graph) {
  Table table{{"layer", "kind", "inputs", "output", "spaces", "parameters", "mmacs"}, {}, {false, false, false, false, false, true, true}};
  const Configuration full = Configuration::full(graph);
  for (const Node& node : graph.nodes()) {
    std::vector<std::string> inputs, spaces;
    for (const NodeId input : node.inputs) inputs.push_back(graph.node(input).name);
    for (const Part& part : node.shape.parts) spaces.push_back(graph.space(part.space).name);
    const NodeCost cost = node_cost(graph, node, full);
    table.rows.push_back({node.name, kind_name(node.operation), fmt::format("{}", fmt::join(inputs, " ")),
                          describe_shape(graph, node.shape), fmt::format("{}", fmt::join(spaces, " ")), std::to_string(cost.parameters),
                          fmt::format("{:.3f}", static_cast<double>(cost.macs) / 1e6)});
  }
  return table;
}

Table output_table(const Graph& graph) {
  Table table{{"output", "layer", "shape"}, {}, {false, false, false}};
  for (const Output& output : graph.outputs())
    table.rows.push_back({output.name, graph.node(output.node).name, describe_shape(graph, graph.shape(output))});
  return table;
}

Table space_table(const Graph& graph) {
  Table table{{"space", "channels", "groups", "gate"}, {}, {false, true, true, false}};
  for (const ChannelSpace& space : graph.spaces())
    table.rows.push_back(
        {space.name, std::to_string(space.channels), std::to_string(space.groups), space.gate == kNone ? "" : graph.gate(space.gate).name});
  return table;
}

Table gate_table(const Graph& graph) {
  Table table{{"gate", "kind", "groups", "min_active"}, {}, {false, false, true, true}};
  for (const Gate& gate : graph.gates())
    table.rows.push_back(
        {gate.name, gate.kind == GateKind::channel ? "channel" : "branch", std::to_string(gate.groups), std::to_string(gate.min_active)});
  return table;
}

/// What engines run: the network, or of a two-stage one the part for images and the part for regions.
std::vector<ModelDescription> engine_parts(const ModelDescription& description) {
  if (!find_roi_align(description.graph)) return {description};
  const RegionSplit split = split_at_regions(description.graph);
  std::vector<ModelDescription> parts(2, description);
  parts[0].graph = split.images, parts[1].graph = split.regions;
  return parts;
}

int64_t copied_weight_bytes(const std::vector<Plan>& plans, size_t point) {
  int64_t weights = 0;
  for (const Plan& plan : plans) weights += prefix::weights_copied_for(plan, static_cast<int>(point));
  return weights * static_cast<int64_t>(sizeof(float));
}

}  // namespace

Table operating_point_table(const ModelDescription& description) {
  Table table{{"u", "u_begin", "u_end", "groups", "parameters", "macs", "flops", "activation_bytes", "copied_weight_bytes"},
              {},
              {true, true, true, false, true, true, true, true, true}};
  std::vector<Plan> plans;
  for (const ModelDescription& part : engine_parts(description)) plans.push_back(lower(part));
  const bool validated = std::any_of(description.points.begin(), description.points.end(),
                                     [](const OperatingPoint& point) { return point.validation_accuracy.has_value(); });
  if (validated) table.columns.push_back("validation_accuracy"), table.numeric.push_back(true);
  for (size_t p = 0; p < description.points.size(); ++p) {
    const OperatingPoint& point = description.points[p];
    const Cost cost = network_cost(description.graph, point.configuration);
    table.rows.push_back({fmt::format("{}", point.u), fmt::format("{}", point.u_begin), fmt::format("{}", point.u_end),
                          groups_text(description, point), std::to_string(cost.parameters), std::to_string(cost.macs),
                          std::to_string(cost.flops), std::to_string(cost.activation_bytes),
                          std::to_string(copied_weight_bytes(plans, p))});
    if (validated) table.rows.back().push_back(point.validation_accuracy ? fmt::format("{}", *point.validation_accuracy) : "");
  }
  return table;
}

namespace {

std::string model_text(const ModelDescription& description, TableFormat format) {
  const Table tables[] = {layer_table(description.graph), output_table(description.graph), space_table(description.graph),
                          gate_table(description.graph), operating_point_table(description)};
  if (format == TableFormat::json) {
    const auto json = [](const Table& table) { return nlohmann::ordered_json::parse(format_table(table, TableFormat::json)); };
    return nlohmann::ordered_json{
               {"model", description.graph.name()},
               {"gating", {{"strategy", description.gating.strategy}, {"rounding", rounding_name(description.gating.rounding)}}},
               {"layers", json(tables[0])},
               {"outputs", json(tables[1])},
               {"spaces", json(tables[2])},
               {"gates", json(tables[3])},
               {"operating_points", json(tables[4])}}
               .dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) +
           "\n";
  }
  if (format == TableFormat::csv) return format_table(tables[4], format);
  std::string text = fmt::format("{}: {} gating, rounding {}\n", description.graph.name(), description.gating.strategy,
                                 rounding_name(description.gating.rounding));
  for (const Table& table : tables) text += "\n" + format_table(table, format);
  return text;
}

std::string plan_text(const ModelDescription& description, double u, TableFormat format) {
  const int point = point_at(description, u);
  Table table;
  for (const ModelDescription& part : engine_parts(description)) {
    Table steps = plan_table(part.graph, lower(part), point);
    steps.rows.insert(steps.rows.begin(), table.rows.begin(), table.rows.end());
    table = std::move(steps);
  }
  if (format == TableFormat::csv || format == TableFormat::json) return format_table(table, format);
  return fmt::format("{}: plan at operating point {} (u = {}), one input, fp32\n\n{}", description.graph.name(), point,
                     description.points[static_cast<size_t>(point)].u, format_table(table, format));
}

}  // namespace

std::string inspect(const InspectRequest& request) {
  CommandInputs inputs;
  const ModelDescription description = describe_recipe_or_model(request.recipe_or_model, request.overrides, &inputs);
  if (!request.graph_file.empty()) inputs.check("--graph", request.graph_file);
  const std::string text =
      request.plan_u ? plan_text(description, *request.plan_u, request.format) : model_text(description, request.format);
  if (!request.graph_file.empty()) write_file_atomically(request.graph_file, graph_to_json(description.graph, 2) + "\n");
  return text;
}

}  // namespace tnn
