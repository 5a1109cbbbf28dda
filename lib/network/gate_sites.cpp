#include "network/gate_sites.h"

namespace tnn {

GateSites find_gate_sites(const Graph& graph, Compensation compensation) {
  GateSites sites{norms_after(graph), std::vector<std::vector<NodeId>>(graph.nodes().size()), {}};
  for (NodeId id = 0; id < static_cast<NodeId>(graph.nodes().size()); ++id)
    for (const NodeId input : graph.node(id).inputs) sites.readers[static_cast<size_t>(input)].push_back(id);
  if (compensation != Compensation::none) sites.compensated = compensated_nodes(graph);
  return sites;
}

}  // namespace tnn
