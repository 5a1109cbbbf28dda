#include "tasks/complexity.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/full.h>
#include <ATen/ops/tensor.h>
#include <c10/core/GradMode.h>

#include <algorithm>

#include "core/error.h"
#include "core/name_table.h"
#include "cost/cost.h"
#include "graph/node_traits.h"
#include "network/gate_network.h"

namespace tnn {
namespace {

const Convolution* convolution_of(const Node& node) { return std::get_if<Convolution>(&node.operation); }

bool is_dense(const Node& node) { return !convolution_of(node) || convolution_of(node)->groups == 1; }

/// A product that may have no factors yet.
void multiply(at::Tensor& product, const at::Tensor& factor) { product = product.defined() ? product * factor : factor; }

}  // namespace

ComplexityMeasure complexity_measure_from_name(const std::string& name) {
  static constexpr NamedValue<ComplexityMeasure> kNames[] = {{"groups", ComplexityMeasure::groups}, {"macs", ComplexityMeasure::macs}};
  return value_from_name(kNames, "complexity", name);
}

Complexity::Complexity(const Graph& graph, ComplexityMeasure measure) : graph_(graph), measure_(measure) {
  const Configuration full = Configuration::full(graph_);
  double sum = 0;
  for (NodeId id = 0; id < static_cast<NodeId>(graph_.nodes().size()); ++id) {
    const Node& node = graph_.node(id);
    const Convolution* convolution = convolution_of(node);
    if (!traits_of(node.operation).is_weighted) continue;
    if (measure == ComplexityMeasure::groups && convolution && convolution->depthwise) continue;
    terms_.push_back({id, measure == ComplexityMeasure::groups ? 1.0 : static_cast<double>(node_cost(graph_, node, full).macs)});
    sum += terms_.back().weight;
  }
  for (Term& term : terms_) term.weight /= sum;
}

at::Tensor Complexity::open_branches(const std::vector<Branch>& branches, const std::vector<at::Tensor>& gates) const {
  at::Tensor product;
  for (const Branch& branch : branches) multiply(product, gates[static_cast<size_t>(branch.gate)].select(1, branch.index));
  return product;
}

at::Tensor Complexity::open_share(const TensorShape& shape, const std::vector<Branch>& known, const std::vector<at::Tensor>& gates) const {
  const auto all = static_cast<double>(graph_.channels(shape));
  at::Tensor share;
  double always = 0;  // channels that no gate closes
  for (const Part& part : shape.parts) {
    const ChannelSpace& space = graph_.space(part.space);
    std::vector<Branch> further;
    for (const Branch& branch : part.branches)
      if (std::find(known.begin(), known.end(), branch) == known.end()) further.push_back(branch);
    at::Tensor open = open_branches(further, gates);
    const double weight = static_cast<double>(space.channels * part.repeat) / all;
    if (space.gate != kNone) {
      std::vector<double> sizes;
      for (int k = 0; k < space.groups; ++k)
        sizes.push_back(static_cast<double>(space.group_begin(k + 1) - space.group_begin(k)) / static_cast<double>(space.channels));
      const at::Tensor& gate = gates[static_cast<size_t>(space.gate)];
      multiply(open, (gate * at::tensor(sizes, at::TensorOptions(gate.scalar_type())).to(gate.device())).sum(1));
    }
    if (!open.defined())
      always += weight;
    else
      share = share.defined() ? share + weight * open : weight * open;
  }
  return share.defined() ? share + always : share;
}

at::Tensor Complexity::of(const std::vector<at::Tensor>& gates) const {
  if (gates.empty()) return at::full({1}, 1.0);
  at::Tensor sum = at::full({1}, 0.0, gates.front().options());
  for (const Term& term : terms_) {
    const Node& node = graph_.node(term.node);
    at::Tensor open = open_branches(node.branches, gates);
    const at::Tensor outputs = open_share(node.shape, node.branches, gates);
    if (outputs.defined()) multiply(open, outputs);
    if (measure_ == ComplexityMeasure::macs && is_dense(node)) {
      const at::Tensor inputs = open_share(graph_.input_shape(node), node.branches, gates);
      if (inputs.defined()) multiply(open, inputs);
    }
    sum = open.defined() ? sum + term.weight * open : sum + term.weight;
  }
  return sum;
}

double Complexity::of(const Configuration& configuration) const {
  c10::NoGradGuard no_grad;
  return of(gate_values(configuration)).item<double>();
}

}  // namespace tnn
