#include "export/static_cut.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/error.h"
#include "formats/model_tensors.h"
#include "graph/graph_builder.h"

namespace tnn {
namespace {

/// The elements of `tensor` in `ranges` of dimension `axis`.
HostTensor select(const HostTensor& tensor, size_t axis, const ChannelRanges& ranges) {
  int64_t outer = 1, inner = 1;
  for (size_t i = 0; i < axis; ++i) outer *= tensor.shape[i];
  for (size_t i = axis + 1; i < tensor.shape.size(); ++i) inner *= tensor.shape[i];
  HostTensor cut{tensor.shape, {}};
  cut.shape[axis] = count_channels(ranges);
  cut.values.reserve(static_cast<size_t>(outer * cut.shape[axis] * inner));
  for (int64_t o = 0; o < outer; ++o)
    for (const ChannelRange& range : ranges) {
      const auto begin = tensor.values.begin() + (o * tensor.shape[axis] + range.begin) * inner;
      cut.values.insert(cut.values.end(), begin, begin + range.size() * inner);
    }
  return cut;
}

HostTensor row(const HostTensor& table, int index) {
  const int64_t width = table.shape[1];
  const auto begin = table.values.begin() + index * width;
  return {{width}, {begin, begin + width}};
}

/// Declares the small graph node by node and cuts the tensors of each.
class Cutter {
 public:
  Cutter(const StoredModel& model, int point)
      : model_(model),
        graph_(model.description.graph),
        point_(point),
        configuration_(model.description.points.at(static_cast<size_t>(point)).configuration),
        compensated_(compensated_nodes(graph_)),
        builder_(graph_.name()),
        spaces_(graph_.spaces().size(), SpaceId{kNone}) {}

  StoredModel cut() {
    nodes_.push_back(builder_.input(graph_.dimensions(graph_.input().shape)));
    spaces_[static_cast<size_t>(graph_.input().shape.parts.front().space)] = builder_.shape(nodes_.front()).parts.front().space;
    for (size_t i = 1; i < graph_.nodes().size(); ++i) nodes_.push_back(cut_node(graph_.nodes()[i]));
    std::vector<NodeId> outputs;
    std::vector<std::string> names;
    for (const Output& output : graph_.outputs()) {
      outputs.push_back(at_full_width(output.node, output.name));
      names.push_back(output.name);
    }
    result_.description = model_.description;
    result_.description.graph = builder_.finish(outputs, names);
    result_.description.gating = {};
    result_.description.batch_norm = BatchNormMode::shared;
    result_.description.points = make_gating_strategy(result_.description.graph, {})->operating_points();
    return std::move(result_);
  }

 private:
  ChannelRanges active(const TensorShape& shape) const { return active_channels(graph_, shape, configuration_); }
  NodeId mapped(NodeId node) const { return nodes_[static_cast<size_t>(node)]; }

  /// The small counterpart of a weighted node's output space.
  SpaceId space_of(const Node& node) {
    const SpaceId original = node.shape.parts.front().space;
    SpaceId& small = spaces_[static_cast<size_t>(original)];
    if (small == kNone) small = builder_.space(graph_.space(original).name, count_channels(active(node.shape)));
    return small;
  }

  /// A node of the small graph that has zeros where the point closes channels of an output.
  NodeId at_full_width(NodeId original, const std::string& output) {
    const Node& node = graph_.node(original);
    const ChannelRanges there = active(node.shape);
    const int64_t channels = graph_.channels(node.shape);
    if (count_channels(there) == channels) return mapped(original);
    if (const auto known = full_width_.find(original); known != full_width_.end()) return known->second;
    const std::string name = node.name + ".full_width";
    const auto operands_at_full_width = [&] {
      std::vector<NodeId> operands;
      for (const NodeId input : node.inputs) operands.push_back(at_full_width(input, output));
      return operands;
    };
    if (std::holds_alternative<Concat>(node.operation)) return full_width_[original] = builder_.concat(name, operands_at_full_width());
    if (std::holds_alternative<Flatten>(node.operation))
      return full_width_[original] = builder_.flatten(name, operands_at_full_width().front());
    if (there.size() != 1)
      throw UsageError(fmt::format("output '{}' has {} at u = {}: a static network can say that of channels side by side only", output,
                                   there.empty() ? "no active channel" : "active channels with closed ones between them", utilization()));
    return full_width_[original] = builder_.channel_pad(name, mapped(original), builder_.space(name, channels), there.front().begin);
  }

  double utilization() const { return model_.description.points[static_cast<size_t>(point_)].u; }

  void keep(const std::string& name, HostTensor tensor) { result_.tensors[name] = std::move(tensor); }

  /// Multiplies a node's tensors by the factor of compensation that follows it.
  void compensate(const Node& node, std::initializer_list<const char*> tensors) {
    const GateId gate = compensated_[static_cast<size_t>(&node - graph_.nodes().data())];
    if (gate == kNone) return;
    const auto factor = static_cast<float>(compensation_factor(model_.description.gating.compensation, configuration_.of(gate)));
    for (const char* tensor : tensors)
      if (const auto found = result_.tensors.find(node.name + tensor); found != result_.tensors.end())
        for (float& value : found->second.values) value *= factor;
  }

  void require_input(const Node& node) const {
    if (count_channels(active(graph_.input_shape(node))) == 0)
      throw UsageError(
          fmt::format("node '{}' has no active input channel at u = {}: a static network cannot say that", node.name, utilization()));
  }

  void cut_weights(const Node& node, bool cut_inputs, bool bias) {
    HostTensor weight = select(model_.tensor(node.name + ".weight"), 0, active(node.shape));
    if (cut_inputs) weight = select(weight, 1, active(graph_.input_shape(node)));
    keep(node.name + ".weight", std::move(weight));
    if (bias) keep(node.name + ".bias", select(model_.tensor(node.name + ".bias"), 0, active(node.shape)));
    compensate(node, {".weight", ".bias"});
  }

  NodeId cut_convolution(const Node& node, Convolution options) {
    require_input(node);
    if (options.weights_of.empty()) cut_weights(node, options.groups == 1 && !options.depthwise, options.bias);
    const NodeId x = mapped(node.inputs.front());
    if (options.depthwise) return builder_.depthwise_convolution(node.name, x, options.window, options.bias);
    if (options.groups > 1) options.groups = options.groups * count_channels(active(node.shape)) / graph_.channels(node.shape);
    return builder_.convolution(node.name, x, space_of(node), options);
  }

  NodeId cut_linear(const Node& node, const Linear& options) {
    require_input(node);
    cut_weights(node, true, options.bias);
    return builder_.linear(node.name, mapped(node.inputs.front()), space_of(node), options);
  }

  NodeId cut_batch_norm(const Node& node, const BatchNorm& options) {
    for (const ParameterRole role : kBatchNormRoles) {
      const BatchNormMode mode = model_.description.batch_norm;
      const HostTensor& stored = model_.tensor(used_tensor_name(node.name, role, mode));
      keep(parameter_name(node.name, role), select(has_point_values(mode, role) ? row(stored, point_) : stored, 0, active(node.shape)));
    }
    compensate(node, {".weight", ".bias"});
    return builder_.batch_norm(node.name, mapped(node.inputs.front()), options);
  }

  NodeId cut_layer_norm(const Node& node, const LayerNorm& options) {
    for (const char* suffix : {".weight", ".bias"})
      keep(node.name + suffix, select(model_.tensor(node.name + suffix), 0, active(node.shape)));
    compensate(node, {".weight", ".bias"});
    return builder_.layer_norm(node.name, mapped(node.inputs.front()), options);
  }

  /// The operands that are there.
  std::vector<NodeId> operands(const Node& node) const {
    std::vector<NodeId> present;
    for (const NodeId input : node.inputs)
      if (mapped(input) != kNone) present.push_back(mapped(input));
    return present;
  }

  /// The small node; kNone where the point closes it.
  NodeId cut_node(const Node& node) {
    if (!branches_active(node.branches, configuration_) || active(node.shape).empty()) return kNone;
    const NodeId x = mapped(node.inputs.front());
    return std::visit(
        Match{[&](const Input&) { return x; }, [&](const Convolution& c) { return cut_convolution(node, c); },
              [&](const Linear& l) { return cut_linear(node, l); }, [&](const BatchNorm& b) { return cut_batch_norm(node, b); },
              [&](const LayerNorm& l) { return cut_layer_norm(node, l); },
              [&](const Activation& a) { return builder_.activation(node.name, x, a.kind); },
              [&](const Pool& p) { return builder_.pool(node.name, x, p); },
              [&](const GlobalPool& p) { return builder_.global_pool(node.name, x, p.kind); },
              [&](const Add&) {
                const auto present = operands(node);
                return present.size() == 1 ? present.front() : builder_.add(node.name, present);
              },
              [&](const Concat&) { return builder_.concat(node.name, operands(node)); },
              [&](const Flatten&) { return builder_.flatten(node.name, x); },
              [&](const Dropout& d) { return builder_.dropout(node.name, x, d.probability); },
              [&](const ChannelShuffle& s) { return builder_.channel_shuffle(node.name, x, space_of(node), s.groups); },
              [&](const ChannelPad& p) { return builder_.channel_pad(node.name, x, space_of(node), p.before); },
              [&](const Upsample& u) { return builder_.upsample(node.name, x, u.factor); },
              [&](const RoiAlign& r) { return builder_.roi_align(node.name, operands(node), r); }},
        node.operation);
  }

  const StoredModel& model_;
  const Graph& graph_;
  const int point_;
  const Configuration& configuration_;
  const std::vector<GateId> compensated_;
  GraphBuilder builder_;
  std::vector<SpaceId> spaces_;  ///< of the small graph, by the original's index
  std::vector<NodeId> nodes_;    ///< likewise
  std::map<NodeId, NodeId> full_width_;
  StoredModel result_;
};

}  // namespace

StoredModel cut_model(const StoredModel& model, int point) { return Cutter(model, point).cut(); }

}  // namespace tnn
