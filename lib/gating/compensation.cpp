#include "gating/compensation.h"

#include "core/error.h"
#include "core/name_table.h"

namespace tnn {
namespace {

bool declares_channels(const Operation& operation) {
  if (const auto* convolution = std::get_if<Convolution>(&operation)) return !convolution->depthwise;
  return std::holds_alternative<Linear>(operation);
}

constexpr NamedValue<Compensation> kCompensations[] = {
    {"none", Compensation::none}, {"mean", Compensation::mean}, {"inverted", Compensation::inverted}};

}  // namespace

Compensation compensation_from_name(const std::string& name) { return value_from_name(kCompensations, "compensation", name); }
std::string compensation_name(Compensation compensation) { return name_of_value(kCompensations, compensation); }

double compensation_factor(Compensation compensation, const ActiveGroups& active) {
  if (compensation == Compensation::none || active.count() == 0) return 1.0;
  return (compensation == Compensation::mean ? 1.0 : active.groups()) / static_cast<double>(active.count());
}

std::vector<NodeId> batch_norms_after(const Graph& graph) {
  std::vector<NodeId> readers(graph.nodes().size(), kNone);
  std::vector<int> reads(graph.nodes().size());
  for (NodeId id = 0; id < static_cast<NodeId>(graph.nodes().size()); ++id)
    for (const NodeId input : graph.node(id).inputs) {
      readers[static_cast<size_t>(input)] = id;
      ++reads[static_cast<size_t>(input)];
    }
  for (const NodeId output : graph.outputs()) ++reads[static_cast<size_t>(output)];
  for (size_t i = 0; i < readers.size(); ++i)
    if (reads[i] != 1 || readers[i] == kNone || !std::holds_alternative<BatchNorm>(graph.node(readers[i]).operation)) readers[i] = kNone;
  return readers;
}

std::vector<GateId> compensated_nodes(const Graph& graph) {
  const std::vector<NodeId> norms = batch_norms_after(graph);
  std::vector<GateId> gates(graph.nodes().size(), kNone);
  for (NodeId id = 0; id < static_cast<NodeId>(graph.nodes().size()); ++id) {
    const Node& node = graph.node(id);
    if (!declares_channels(node.operation)) continue;
    const GateId gate = graph.space(node.shape.parts.front().space).gate;
    if (gate == kNone) continue;
    const NodeId norm = norms[static_cast<size_t>(id)];
    gates[static_cast<size_t>(norm == kNone ? id : norm)] = gate;
  }
  return gates;
}

}  // namespace tnn
