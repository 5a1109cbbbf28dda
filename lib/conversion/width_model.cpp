#include "conversion/width_model.h"

#include <algorithm>
#include <cassert>
#include <map>

#include "cost/activation_memory.h"
#include "cost/cost.h"
#include "graph/node_traits.h"

namespace tnn {
namespace {

void add_term(WidthForm& form, size_t gate, int64_t slope) {
  const auto place =
      std::lower_bound(form.terms.begin(), form.terms.end(), gate, [](const WidthForm::Term& term, size_t g) { return term.gate < g; });
  if (place != form.terms.end() && place->gate == gate)
    place->slope += slope;
  else
    form.terms.insert(place, {gate, slope});
}

}  // namespace

int64_t WidthForm::at(const Widths& widths) const {
  int64_t sum = constant;
  for (const Term& term : terms) sum += term.slope * widths[term.gate];
  return sum;
}

int64_t WidthForm::slope(size_t gate) const {
  for (const Term& term : terms)
    if (term.gate == gate) return term.slope;
  return 0;
}

WidthModel::WidthModel(const Graph& graph) {
  for (const Gate& gate : graph.gates()) {
    assert(gate.kind == GateKind::channel);
    full_.push_back(gate.groups);
    least_.push_back(gate.min_active);
  }
  for (const Node& node : graph.nodes()) add_layer(graph, node);
  for (const std::vector<NodeId>& results : held_results(graph, Configuration::full(graph))) {
    WidthForm sum;
    for (const NodeId id : results) {
      const Node& node = graph.node(id);
      const WidthForm bytes = channels(graph, node.shape, node.shape.positions() * kActivationBytes);
      sum.constant += bytes.constant;
      for (const WidthForm::Term& term : bytes.terms) add_term(sum, term.gate, term.slope);
    }
    held_.push_back(std::move(sum));
  }
}

WidthForm WidthModel::channels(const Graph& graph, const TensorShape& shape, int64_t times) const {
  WidthForm form;
  for (const Part& part : shape.parts) {
    const ChannelSpace& space = graph.space(part.space);
    assert(part.branches.empty() && space.channels % space.groups == 0);
    if (space.gate == kNone)
      form.constant += space.channels * part.repeat * times;
    else
      add_term(form, static_cast<size_t>(space.gate), space.channels / space.groups * part.repeat * times);
  }
  return form;
}

void WidthModel::add_layer(const Graph& graph, const Node& node) {
  if (!traits_of(node.operation).is_weighted) return;
  const int64_t macs = node_cost(graph, node, Configuration::full(graph)).macs;
  const auto* convolution = std::get_if<Convolution>(&node.operation);
  Layer layer{1, {1, {}}, channels(graph, node.shape)};
  if (!convolution || convolution->groups == 1) layer.inputs = channels(graph, graph.input_shape(node));
  layer.positions = macs / (layer.inputs.at(full_) * layer.outputs.at(full_));
  layers_.push_back(std::move(layer));
}

int64_t WidthModel::macs(const Widths& widths) const {
  int64_t sum = 0;
  for (const Layer& layer : layers_) sum += layer.positions * layer.inputs.at(widths) * layer.outputs.at(widths);
  return sum;
}

std::vector<double> WidthModel::prices(const Widths& widths) const {
  std::vector<double> prices(full_.size());
  for (const Layer& layer : layers_) {
    const auto inputs = static_cast<double>(layer.positions * layer.inputs.at(widths)),
               outputs = static_cast<double>(layer.positions * layer.outputs.at(widths));
    for (const WidthForm::Term& term : layer.inputs.terms) prices[term.gate] += static_cast<double>(term.slope) * outputs;
    for (const WidthForm::Term& term : layer.outputs.terms) prices[term.gate] += static_cast<double>(term.slope) * inputs;
  }
  return prices;
}

int64_t WidthModel::activation_bytes(const Widths& widths) const {
  int64_t peak = 0;
  for (const WidthForm& held : held_) peak = std::max(peak, held.at(widths));
  return peak;
}

}  // namespace tnn
