#include "graph/graph_copy.h"

namespace tnn {

GraphCopy::GraphCopy(const Graph& from, GraphBuilder& builder)
    : from_(from),
      builder_(builder),
      gates_(from.gates().size(), kNone),
      copies_(from.nodes().size(), kNone),
      spaces_(from.spaces().size(), SpaceId{kNone}) {
  for (size_t gate = 0; gate < gates_.size(); ++gate) declare_gate(gate);
}

GraphCopy::GraphCopy(const Graph& from, GraphBuilder& builder, const std::vector<char>& nodes)
    : from_(from),
      builder_(builder),
      gates_(from.gates().size(), kNone),
      copies_(from.nodes().size(), kNone),
      spaces_(from.spaces().size(), SpaceId{kNone}) {
  std::vector<char> used(gates_.size(), 0);
  const auto use = [&](GateId gate) {
    if (gate != kNone) used[static_cast<size_t>(gate)] = 1;
  };
  for (size_t i = 0; i < nodes.size(); ++i) {
    if (!nodes[i]) continue;
    const Node& node = from.nodes()[i];
    for (const Branch& branch : node.branches) use(branch.gate);
    for (const Part& part : node.shape.parts) use(from.space(part.space).gate);
  }
  for (size_t gate = 0; gate < gates_.size(); ++gate)
    if (used[gate]) declare_gate(gate);
}

void GraphCopy::declare_gate(size_t gate) {
  const Gate& g = from_.gates()[gate];
  gates_[gate] = g.kind == GateKind::channel ? builder_.channel_gate(g.name, g.groups, g.min_active)
                                             : builder_.branch_gate(g.name, g.groups, g.min_active);
}

SpaceId GraphCopy::space_of(const Node& node) {
  const SpaceId original = node.shape.parts.front().space;
  SpaceId& copy = spaces_[static_cast<size_t>(original)];
  const ChannelSpace& space = from_.space(original);
  if (copy == SpaceId{kNone}) copy = builder_.space(space.name, space.channels, gate_of(space.gate));
  return copy;
}

NodeId GraphCopy::append(NodeId original) {
  const Node& node = from_.node(original);
  std::vector<NodeId> inputs;
  for (const NodeId input : node.inputs) inputs.push_back(copy_of(input));
  for (const Branch& branch : node.branches) builder_.begin_branch(gate_of(branch.gate), branch.index);
  const auto x = [&] { return inputs.front(); };
  const NodeId copy = std::visit(
      Match{[&](const Input&) { return builder_.input(from_.dimensions(node.shape)); },
            [&](const Convolution& c) {
              return c.depthwise ? builder_.depthwise_convolution(node.name, x(), c.window, c.bias)
                                 : builder_.convolution(node.name, x(), space_of(node), c);
            },
            [&](const Linear& l) { return builder_.linear(node.name, x(), space_of(node), l); },
            [&](const BatchNorm& b) { return builder_.batch_norm(node.name, x(), b); },
            [&](const LayerNorm& l) { return builder_.layer_norm(node.name, x(), l); },
            [&](const Activation& a) { return builder_.activation(node.name, x(), a.kind); },
            [&](const Pool& p) { return builder_.pool(node.name, x(), p); },
            [&](const GlobalPool& p) { return builder_.global_pool(node.name, x(), p.kind); },
            [&](const Add&) { return builder_.add(node.name, inputs); }, [&](const Concat&) { return builder_.concat(node.name, inputs); },
            [&](const Flatten&) { return builder_.flatten(node.name, x()); },
            [&](const Dropout& d) { return builder_.dropout(node.name, x(), d.probability); },
            [&](const ChannelShuffle& s) { return builder_.channel_shuffle(node.name, x(), space_of(node), s.groups); },
            [&](const ChannelPad& p) { return builder_.channel_pad(node.name, x(), space_of(node), p.before); },
            [&](const Upsample& u) { return builder_.upsample(node.name, x(), u.factor); },
            [&](const RoiAlign& r) { return builder_.roi_align(node.name, inputs, r); }},
      node.operation);
  for (size_t i = 0; i < node.branches.size(); ++i) builder_.end_branch();
  place(original, copy);
  return copy;
}

}  // namespace tnn
