#include "runtime/lowering/passes.h"

namespace tnn {

Plan translate(const Graph& graph) {
  Plan plan;
  for (NodeId id = 0; id < static_cast<NodeId>(graph.nodes().size()); ++id) {
    const Node& node = graph.node(id);
    plan.values.push_back({node.name, node.shape, graph.channels(node.shape)});
    if (node.inputs.empty()) continue;  // the input
    Step step{node.name, node.operation, id, {}, id, {}, node.branches};
    for (const NodeId input : node.inputs) step.inputs.push_back({Segment{input, false, {}}});
    if (std::holds_alternative<BatchNorm>(node.operation)) step.epilogue.batch_norms = {id};
    plan.steps.push_back(std::move(step));
  }
  for (const Output& output : graph.outputs()) plan.outputs.push_back({output.name, {Segment{output.node, false, {}}}});
  return plan;
}

}  // namespace tnn
