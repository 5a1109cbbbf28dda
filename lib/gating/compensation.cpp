#include "gating/compensation.h"

#include "core/error.h"
#include "core/name_table.h"
#include "graph/node_traits.h"

namespace tnn {
namespace {

/// Whether its result is a block's: weighted sums in a channel space of their own.
bool declares_channels(const Operation& operation) {
  const auto* convolution = std::get_if<Convolution>(&operation);
  return traits_of(operation).is_weighted && !(convolution && convolution->depthwise);
}

/// Of each node the normalisation that is its only reader among the nodes; kNone where there is none. An output that is added only to be
/// looked at leaves the network what it is.
std::vector<NodeId> sole_norms(const Graph& graph) {
  std::vector<NodeId> readers(graph.nodes().size(), kNone);
  std::vector<int> reads(graph.nodes().size());
  for (NodeId id = 0; id < static_cast<NodeId>(graph.nodes().size()); ++id)
    for (const NodeId input : graph.node(id).inputs) {
      readers[static_cast<size_t>(input)] = id;
      ++reads[static_cast<size_t>(input)];
    }
  for (size_t i = 0; i < readers.size(); ++i)
    if (reads[i] != 1 || readers[i] == kNone || !traits_of(graph.node(readers[i]).operation).normalizes) readers[i] = kNone;
  return readers;
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

std::vector<NodeId> norms_after(const Graph& graph) {
  std::vector<NodeId> norms = sole_norms(graph);
  for (const Output& output : graph.outputs()) norms[static_cast<size_t>(output.node)] = kNone;
  return norms;
}

std::vector<GateId> compensated_nodes(const Graph& graph) {
  const std::vector<NodeId> norms = sole_norms(graph);
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
