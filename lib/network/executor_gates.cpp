#include <ATen/TensorOperators.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/where.h>

#include <algorithm>

#include "graph/node_traits.h"
#include "network/executor.h"

namespace tnn {
namespace {

bool contains(const std::vector<Branch>& branches, const Branch& branch) {
  return std::find(branches.begin(), branches.end(), branch) != branches.end();
}

/// Gate values [N, D] for each channel of a part, [N, channels].
at::Tensor per_channel(const at::Tensor& gate, const ChannelSpace& space, int64_t repeat) {
  std::vector<int64_t> groups;
  for (int group = 0; group < space.groups; ++group)
    groups.insert(groups.end(), static_cast<size_t>((space.group_begin(group + 1) - space.group_begin(group)) * repeat), group);
  return gate.index_select(1, at::tensor(groups, at::TensorOptions(at::kLong)).to(gate.device()));
}

/// [N, ...] to [N, ..., 1, 1], as many dimensions as `x`.
at::Tensor beside(const at::Tensor& factor, const at::Tensor& x) {
  std::vector<int64_t> sizes = factor.sizes().vec();
  sizes.resize(static_cast<size_t>(x.dim()), 1);
  return factor.view(sizes);
}

at::Tensor factor_of(Compensation compensation, const at::Tensor& active, int groups) {
  const double numerator = compensation == Compensation::mean ? 1.0 : groups;
  return at::where(active > 0, numerator / active.clamp_min(1e-6), at::ones({}, active.options()));
}

}  // namespace

at::Tensor Executor::gate_factors(NodeId id) const {
  const Node& n = node(id);
  const NodeTraits traits = traits_of(n.operation);
  const bool hides = !traits.keeps_zeros;  // what is closed before this node is not closed behind it
  const bool norm_follows = network_.gate_sites().norm_after[static_cast<size_t>(id)] != kNone;
  const auto& readers = network_.gate_sites().readers[static_cast<size_t>(id)];
  const auto leaves = [&](const Branch& branch) {
    return readers.empty() || std::any_of(readers.begin(), readers.end(), [&](NodeId r) { return !contains(node(r).branches, branch); });
  };
  std::vector<at::Tensor> factors;
  bool any = false;
  for (const Part& part : n.shape.parts) {
    const ChannelSpace& space = graph_.space(part.space);
    at::Tensor factor;
    const auto times = [&](const at::Tensor& other) { factor = factor.defined() ? factor * other : other; };
    if (space.gate != kNone && hides && (traits.normalizes || !norm_follows))
      times(per_channel(execution_.gates[static_cast<size_t>(space.gate)], space, part.repeat));
    for (const Branch& branch : part.branches)
      if (contains(n.branches, branch) ? leaves(branch) : hides)
        times(execution_.gates[static_cast<size_t>(branch.gate)].narrow(1, branch.index, 1));
    any = any || factor.defined();
    const int64_t channels = space.channels * part.repeat;
    factors.push_back(factor.defined() ? factor.expand({factor.size(0), channels})
                                       : at::ones({execution_.gates.front().size(0), channels}, execution_.gates.front().options()));
  }
  return any ? at::cat(factors, 1) : at::Tensor();
}

at::Tensor Executor::channel_weights(const Node& n) const {
  const TensorShape& shape = graph_.input_shape(n);
  if (execution_.gates.empty()) return execution_.masks.empty() ? at::Tensor() : channel_mask(shape);
  std::vector<at::Tensor> weights;
  bool any = false;
  for (const Part& part : shape.parts) {
    const ChannelSpace& space = graph_.space(part.space);
    const int64_t channels = space.channels * part.repeat;
    at::Tensor weight = at::ones({execution_.gates.front().size(0), channels}, execution_.gates.front().options());
    if (space.gate != kNone) weight = weight * per_channel(execution_.gates[static_cast<size_t>(space.gate)], space, part.repeat);
    bool further = space.gate != kNone;
    for (const Branch& branch : part.branches)
      if (!contains(n.branches, branch)) {  // one that the node lies in, too, weighs on all channels alike
        weight = weight * execution_.gates[static_cast<size_t>(branch.gate)].narrow(1, branch.index, 1);
        further = true;
      }
    any = any || further;
    weights.push_back(weight);
  }
  return any ? at::cat(weights, 1) : at::Tensor();
}

at::Tensor Executor::compensation(NodeId id) const {
  const auto& compensated = network_.gate_sites().compensated;
  if (compensated.empty() || compensated[static_cast<size_t>(id)] == kNone) return {};
  const GateId gate = compensated[static_cast<size_t>(id)];
  const Compensation rule = network_.description().gating.compensation;
  if (!execution_.gates.empty()) return factor_of(rule, execution_.gates[static_cast<size_t>(gate)].sum(1), graph_.gate(gate).groups);
  std::vector<double> factors;
  for (const Configuration& mask : execution_.masks) factors.push_back(compensation_factor(rule, mask.of(gate)));
  if (factors.empty()) factors.push_back(compensation_factor(rule, execution_.computed.of(gate)));
  if (std::all_of(factors.begin(), factors.end(), [](double factor) { return factor == 1.0; })) return {};
  return at::tensor(factors, at::TensorOptions(at::kDouble)).to(network_.device());
}

at::Tensor Executor::gated(NodeId id, const at::Tensor& result) const {
  at::Tensor x = result;
  if (execution_.gates.empty()) {
    if (needs_mask(node(id))) x = masked(node(id), x);
  } else if (const at::Tensor factors = gate_factors(id); factors.defined()) {
    x = x * beside(factors, x).to(x.scalar_type());
  }
  if (const at::Tensor factor = compensation(id); factor.defined()) x = x * beside(factor, x).to(x.scalar_type());
  return x;
}

}  // namespace tnn
