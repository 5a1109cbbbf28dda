#include "graph/graph_builder.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "core/error.h"
#include "graph/shape_inference.h"

namespace tnn {
namespace {

constexpr int64_t kMostChannels = int64_t{1} << 24;
constexpr int64_t kMostElements = int64_t{1} << 40;
constexpr int64_t kMostWeights = int64_t{1} << 31;  // of one node: 8 GiB
constexpr size_t kMostNodes = size_t{1} << 16;
constexpr size_t kMostNested = 256;
constexpr size_t kMostOutputs = 1024;
constexpr size_t kMostParts =
    size_t{1} << 22;  // of all nodes together, with their branches: concatenations of concatenations grow without bound

/// A value inside further branches than its node's input: the branches of the node are those of the part too.
void add_branches(TensorShape& shape, const std::vector<Branch>& branches) {
  for (Part& part : shape.parts)
    for (const Branch& branch : branches)
      if (std::find(part.branches.begin(), part.branches.end(), branch) == part.branches.end()) part.branches.push_back(branch);
}

/// Whether a tensor has more elements than kMostElements; no product on the way overflows.
bool is_too_large(int64_t channels, const std::vector<int64_t>& extent) {
  int64_t left = kMostElements / std::max<int64_t>(1, channels);
  for (const int64_t size : extent) left /= std::max<int64_t>(1, size);
  return left == 0;
}

/// Takes a name; UsageError where it is empty or taken.
void take_name(std::unordered_set<std::string>& names, const char* what, const std::string& name) {
  if (name.empty()) throw UsageError(fmt::format("{} '': the name is empty", what));
  if (!names.insert(name).second) throw UsageError(fmt::format("{} '{}': the name is taken", what, name));
}

std::vector<int64_t> weight_shape(int64_t outputs, int64_t inputs, const std::vector<int64_t>& kernel) {
  std::vector<int64_t> shape{outputs, inputs};
  shape.insert(shape.end(), kernel.begin(), kernel.end());
  return shape;
}

size_t count_parts(const TensorShape& shape) {
  size_t count = 0;
  for (const Part& part : shape.parts) count += 1 + part.branches.size();
  return count;
}

}  // namespace

GateId GraphBuilder::add_gate(Gate gate) {
  take_name(gate_names_, "gate", gate.name);
  if (gate.groups < 1 || gate.groups > (1 << 16))
    throw UsageError(fmt::format("gate '{}': cardinality {} is outside [1, 65536]", gate.name, gate.groups));
  if (gate.min_active < 0 || gate.min_active > gate.groups)
    throw UsageError(fmt::format("gate '{}': min_active {} is outside [0, {}]", gate.name, gate.min_active, gate.groups));
  graph_.gates_.push_back(std::move(gate));
  return static_cast<GateId>(graph_.gates_.size()) - 1;
}

GateId GraphBuilder::channel_gate(const std::string& name, int groups, int min_active) {
  return add_gate({name, GateKind::channel, groups, min_active});
}

GateId GraphBuilder::branch_gate(const std::string& name, int groups, int min_active) {
  return add_gate({name, GateKind::branch, groups, min_active});
}

SpaceId GraphBuilder::space(const std::string& name, int64_t channels, GateId gate) {
  take_name(space_names_, "channel space", name);
  if (channels < 1 || channels > kMostChannels)
    throw UsageError(fmt::format("channel space '{}': {} channels is outside [1, {}]", name, channels, kMostChannels));
  ChannelSpace space{name, channels, gate, 1};
  if (gate != kNone) {
    const Gate& g = graph_.gate(gate);
    if (g.kind != GateKind::channel)
      throw UsageError(fmt::format("channel space '{}': gate '{}' switches branches, not channels", name, g.name));
    if (g.groups > channels)
      throw UsageError(fmt::format("node '{}': cardinality {} of gate '{}' exceeds its {} channels (allowed: at most {})", name, g.groups,
                                   g.name, channels, channels));
    space.groups = g.groups;
  }
  graph_.spaces_.push_back(space);
  return SpaceId{static_cast<int>(graph_.spaces_.size()) - 1};
}

void GraphBuilder::begin_branch(GateId gate, int index) {
  const Gate& g = graph_.gate(gate);
  if (g.kind != GateKind::branch) throw UsageError(fmt::format("gate '{}' switches channels, not branches", g.name));
  if (index < 0 || index >= g.groups) throw UsageError(fmt::format("gate '{}': branch {} is outside [0, {}]", g.name, index, g.groups - 1));
  if (branches_.size() >= kMostNested)
    throw UsageError(fmt::format("gate '{}': more than {} branches inside one another", g.name, kMostNested));
  branches_.push_back({gate, index});
}

void GraphBuilder::end_branch() {
  if (branches_.empty()) throw UsageError("end_branch without begin_branch");
  branches_.pop_back();
}

void GraphBuilder::check_inputs(const std::string& name, const std::vector<NodeId>& inputs) const {
  for (const NodeId input : inputs)
    if (input < 0 || input >= static_cast<NodeId>(graph_.nodes_.size()))
      throw UsageError(fmt::format("node '{}': unknown input {} (declared so far: {} nodes)", name, input, graph_.nodes_.size()));
}

void GraphBuilder::check_space(const std::string& name, SpaceId output) const {
  if (output < 0 || static_cast<size_t>(output) >= graph_.spaces_.size())
    throw UsageError(fmt::format("node '{}': unknown channel space {}", name, static_cast<int>(output)));
}

NodeId GraphBuilder::append(Node node) {
  take_name(node_names_, "node", node.name);
  if (graph_.nodes_.empty() && !std::holds_alternative<Input>(node.operation))
    throw UsageError(fmt::format("node '{}': declared before the input", node.name));
  if (graph_.nodes_.size() >= kMostNodes)
    throw UsageError(fmt::format("node '{}': the graph has more than {} nodes", node.name, kMostNodes));
  if (is_too_large(graph_.channels(node.shape), node.shape.extent))
    throw UsageError(fmt::format("node '{}': its output {} is too large", node.name, describe_shape(graph_, node.shape)));
  if (!std::holds_alternative<RoiAlign>(node.operation) && !node.inputs.empty()) {
    node.shape.regions = shape(node.inputs.front()).regions;
    for (const NodeId input : node.inputs)
      if (shape(input).regions != node.shape.regions)
        throw UsageError(fmt::format("node '{}': its inputs '{}' and '{}' are of images and of regions (only one of the two may be)",
                                     node.name, graph_.node(node.inputs.front()).name, graph_.node(input).name));
  }
  node.branches = branches_;
  add_branches(node.shape, branches_);
  parts_ += count_parts(node.shape);
  if (parts_ > kMostParts)
    throw UsageError(fmt::format("node '{}': the graph has more than {} parts of concatenations and branches", node.name, kMostParts));
  graph_.nodes_.push_back(std::move(node));
  return static_cast<NodeId>(graph_.nodes_.size()) - 1;
}

NodeId GraphBuilder::input(const std::vector<int64_t>& shape) {
  if (!graph_.nodes_.empty()) throw UsageError("node 'input': there is one already");
  if (shape.empty() || shape.size() == 2 || shape.size() > 4)
    throw UsageError(fmt::format(
        "node 'input': {} dimensions (allowed: features; channels, height, width; channels, frames, height, width)", shape.size()));
  for (const int64_t size : shape)
    if (size < 1 || size > kMostChannels) throw UsageError(fmt::format("node 'input': size {} is outside [1, {}]", size, kMostChannels));
  const SpaceId channels = space("input", shape.front());
  return append({"input", Input{}, {}, {}, {{Part{channels, 1, {}}}, {shape.begin() + 1, shape.end()}}});
}

void GraphBuilder::check_weights(const std::string& name, NodeId x, SpaceId output, int64_t groups,
                                 const std::vector<int64_t>& kernel) const {
  const int64_t inputs = channels(x) / groups, outputs = graph_.space(output).channels;
  int64_t left = kMostWeights / std::max<int64_t>(1, inputs) / outputs;
  for (const int64_t size : kernel) left /= size;
  if (left == 0)
    throw UsageError(fmt::format("node '{}': its weights [{}] are more than {} numbers", name,
                                 fmt::join(weight_shape(outputs, inputs, kernel), ", "), kMostWeights));
}

NodeId GraphBuilder::append_weighted(const std::string& name, NodeId x, SpaceId output, Operation operation, std::vector<int64_t> extent) {
  return append({name, std::move(operation), {x}, {}, {{Part{output, 1, {}}}, std::move(extent)}});
}

NodeId GraphBuilder::convolution(const std::string& name, NodeId x, SpaceId output, Convolution options) {
  check_inputs(name, {x});
  check_space(name, output);
  options.window = complete_window(name, options.window, shape(x).extent.size(), false);
  check_convolution_groups(graph_, name, shape(x), output, options.groups);
  check_weights(name, x, output, options.groups, options.window.kernel);
  if (!options.weights_of.empty()) check_shared_weights(name, x, output, options);
  auto extent = window_extent(name, shape(x).extent, options.window, false);
  return append_weighted(name, x, output, std::move(options), std::move(extent));
}

void GraphBuilder::check_shared_weights(const std::string& name, NodeId x, SpaceId output, const Convolution& options) const {
  const auto fault = [&](const std::string& what) {
    return UsageError(fmt::format("node '{}': weights_of '{}' {}", name, options.weights_of, what));
  };
  const auto owner = graph_.find_node(options.weights_of);
  if (!owner) throw fault("is no node declared before it");
  const Node& node = graph_.node(*owner);
  const auto* convolution = std::get_if<Convolution>(&node.operation);
  if (!convolution || !convolution->weights_of.empty()) throw fault("is no convolution with weights of its own");
  const auto same_space = [](const Part& a, const Part& b) { return a.space == b.space && a.repeat == b.repeat; };
  const auto &parts = shape(x).parts, &owned = shape(node.inputs.front()).parts;
  if (!std::equal(parts.begin(), parts.end(), owned.begin(), owned.end(), same_space) || node.shape.parts.front().space != output)
    throw fault("reads or gives other channel spaces (allowed: the same)");
  if (convolution->window.kernel != options.window.kernel || convolution->groups != options.groups || convolution->depthwise ||
      convolution->bias != options.bias)
    throw fault("has another kernel, groups or bias (allowed: the same)");
}

NodeId GraphBuilder::convolution(const std::string& name, NodeId x, int64_t channels, GateId gate, Convolution options) {
  check_inputs(name, {x});
  return convolution(name, x, space(name, channels, gate), std::move(options));
}

NodeId GraphBuilder::depthwise_convolution(const std::string& name, NodeId x, Window window, bool bias) {
  check_inputs(name, {x});
  Convolution options{complete_window(name, std::move(window), shape(x).extent.size(), false), channels(x), true, bias};
  TensorShape result{shape(x).parts, window_extent(name, shape(x).extent, options.window, false)};
  return append({name, std::move(options), {x}, {}, std::move(result)});
}

NodeId GraphBuilder::linear(const std::string& name, NodeId x, SpaceId output, Linear options) {
  check_inputs(name, {x});
  check_space(name, output);
  if (!shape(x).extent.empty())
    throw UsageError(fmt::format("node '{}': a linear layer takes flattened features, its input is {} (flatten it first)", name,
                                 describe_shape(graph_, shape(x))));
  check_weights(name, x, output, 1, {});
  return append_weighted(name, x, output, options, {});
}

NodeId GraphBuilder::linear(const std::string& name, NodeId x, int64_t features, GateId gate, Linear options) {
  check_inputs(name, {x});
  return linear(name, x, space(name, features, gate), options);
}

NodeId GraphBuilder::batch_norm(const std::string& name, NodeId x, BatchNorm options) {
  check_inputs(name, {x});
  if (!(options.epsilon > 0 && options.epsilon < 1) || !(options.momentum >= 0 && options.momentum <= 1))
    throw UsageError(
        fmt::format("node '{}': epsilon {} or momentum {} is outside (0, 1) or [0, 1]", name, options.epsilon, options.momentum));
  return append({name, options, {x}, {}, shape(x)});
}

NodeId GraphBuilder::layer_norm(const std::string& name, NodeId x, LayerNorm options) {
  check_inputs(name, {x});
  if (!(options.epsilon > 0 && options.epsilon < 1))
    throw UsageError(fmt::format("node '{}': epsilon {} is outside (0, 1)", name, options.epsilon));
  return append({name, options, {x}, {}, shape(x)});
}

NodeId GraphBuilder::activation(const std::string& name, NodeId x, ActivationKind kind) {
  check_inputs(name, {x});
  return append({name, Activation{kind}, {x}, {}, shape(x)});
}

NodeId GraphBuilder::pool(const std::string& name, NodeId x, Pool options) {
  check_inputs(name, {x});
  options.window = complete_window(name, options.window, shape(x).extent.size(), true);
  for (size_t i = 0; i < options.window.kernel.size(); ++i)
    if (options.window.padding[i] * 2 > options.window.kernel[i] || options.window.dilation[i] != 1)
      throw UsageError(fmt::format("node '{}': padding {} exceeds half of kernel {}, or dilation {} is not 1", name,
                                   options.window.padding[i], options.window.kernel[i], options.window.dilation[i]));
  TensorShape result{shape(x).parts, window_extent(name, shape(x).extent, options.window, options.ceil_mode)};
  return append({name, std::move(options), {x}, {}, std::move(result)});
}

NodeId GraphBuilder::global_pool(const std::string& name, NodeId x, PoolKind kind) {
  check_inputs(name, {x});
  if (shape(x).extent.empty()) throw UsageError(fmt::format("node '{}': its input has no spatial dimensions left", name));
  return append({name, GlobalPool{kind}, {x}, {}, {shape(x).parts, std::vector<int64_t>(shape(x).extent.size(), 1)}});
}

NodeId GraphBuilder::add(const std::string& name, const std::vector<NodeId>& operands) {
  check_inputs(name, operands);
  if (operands.size() < 2) throw UsageError(fmt::format("node '{}': add takes two operands or more, not {}", name, operands.size()));
  std::vector<const TensorShape*> shapes;
  for (const NodeId operand : operands) shapes.push_back(&shape(operand));
  TensorShape result = sum_shape(graph_, name, shapes);
  return append({name, Add{}, operands, {}, std::move(result)});
}

NodeId GraphBuilder::concat(const std::string& name, const std::vector<NodeId>& operands) {
  check_inputs(name, operands);
  if (operands.empty()) throw UsageError(fmt::format("node '{}': concat takes one operand or more", name));
  std::vector<const TensorShape*> shapes;
  for (const NodeId operand : operands) shapes.push_back(&shape(operand));
  TensorShape result = concat_shape(graph_, name, shapes);
  return append({name, Concat{}, operands, {}, std::move(result)});
}

NodeId GraphBuilder::flatten(const std::string& name, NodeId x) {
  check_inputs(name, {x});
  TensorShape result = shape(x);
  for (Part& part : result.parts) part.repeat *= shape(x).positions();
  result.extent.clear();
  return append({name, Flatten{}, {x}, {}, std::move(result)});
}

NodeId GraphBuilder::dropout(const std::string& name, NodeId x, double probability) {
  check_inputs(name, {x});
  if (!(probability >= 0 && probability < 1))
    throw UsageError(fmt::format("node '{}': probability {} is outside [0, 1)", name, probability));
  return append({name, Dropout{probability}, {x}, {}, shape(x)});
}

NodeId GraphBuilder::channel_shuffle(const std::string& name, NodeId x, int64_t groups) {
  check_inputs(name, {x});
  return channel_shuffle(name, x, space(name, channels(x)), groups);
}

NodeId GraphBuilder::channel_shuffle(const std::string& name, NodeId x, SpaceId output, int64_t groups) {
  check_inputs(name, {x});
  check_space(name, output);
  if (groups < 1 || channels(x) % groups != 0 || channels(x) != graph_.space(output).channels)
    throw UsageError(fmt::format("node '{}': {} groups do not divide its {} channels, or its space has {} channels", name, groups,
                                 channels(x), graph_.space(output).channels));
  require_ungated(name, "channel shuffle", x, output);
  return append({name, ChannelShuffle{groups}, {x}, {}, {{Part{output, 1, {}}}, shape(x).extent}});
}

NodeId GraphBuilder::channel_pad(const std::string& name, NodeId x, SpaceId output, int64_t before) {
  check_inputs(name, {x});
  check_space(name, output);
  if (before < 0 || before > graph_.space(output).channels - channels(x))
    throw UsageError(fmt::format("node '{}': {} channels after {} zero channels do not fit into its space of {} channels", name,
                                 channels(x), before, graph_.space(output).channels));
  require_ungated(name, "channel pad", x, output);
  return append({name, ChannelPad{before}, {x}, {}, {{Part{output, 1, {}}}, shape(x).extent}});
}

NodeId GraphBuilder::upsample(const std::string& name, NodeId x, int64_t factor) {
  check_inputs(name, {x});
  constexpr int64_t kLargestFactor = 64;
  if (shape(x).extent.empty()) throw UsageError(fmt::format("node '{}': its input has no spatial dimensions left", name));
  if (factor < 1 || factor > kLargestFactor)
    throw UsageError(fmt::format("node '{}': factor {} is outside [1, {}]", name, factor, kLargestFactor));
  TensorShape result = shape(x);
  for (int64_t& size : result.extent) {
    if (size > kMostChannels / factor) throw UsageError(fmt::format("node '{}': its output is too large", name));
    size *= factor;
  }
  return append({name, Upsample{factor}, {x}, {}, std::move(result)});
}

NodeId GraphBuilder::roi_align(const std::string& name, const std::vector<NodeId>& levels, RoiAlign options) {
  check_inputs(name, levels);
  if (levels.empty()) throw UsageError(fmt::format("node '{}': RoIAlign takes one input or more", name));
  const NodeId x = levels.front();
  check_levels(name, levels);
  constexpr int64_t kMostBins = 256, kMostRegions = int64_t{1} << 20;
  if (options.size < 1 || options.size > kMostBins || options.ratio < 0 || options.ratio > kMostBins)
    throw UsageError(fmt::format("node '{}': size {} or ratio {} is outside [1, {}] or [0, {}]", name, options.size, options.ratio,
                                 kMostBins, kMostBins));
  if (options.regions < 2 || options.regions > kMostRegions)
    throw UsageError(fmt::format("node '{}': {} regions is outside [2, {}]", name, options.regions, kMostRegions));
  for (const Node& node : graph_.nodes_)
    if (std::holds_alternative<RoiAlign>(node.operation))
      throw UsageError(fmt::format("node '{}': there is a RoIAlign already, '{}' (allowed: one)", name, node.name));
  if (!branches_.empty()) throw UsageError(fmt::format("node '{}': a RoIAlign cannot lie in a branch", name));
  return append({name, options, levels, {}, {shape(x).parts, {options.size, options.size}, options.regions}});
}

void GraphBuilder::check_levels(const std::string& name, const std::vector<NodeId>& levels) const {
  for (const NodeId level : levels)
    if (shape(level).extent.size() != 2)
      throw UsageError(fmt::format("node '{}': RoIAlign takes feature maps of two dimensions, its input is {}", name,
                                   describe_shape(graph_, shape(level))));
  for (size_t i = 1; i < levels.size(); ++i) {
    const TensorShape &finer = shape(levels[i - 1]), &coarser = shape(levels[i]);
    if (finer.parts != coarser.parts || finer.extent[0] != 2 * coarser.extent[0] || finer.extent[1] != 2 * coarser.extent[1])
      throw UsageError(
          fmt::format("node '{}': its inputs '{}' and '{}' are {} and {} (allowed: the same channel spaces, each half as high "
                      "and wide as the one before)",
                      name, graph_.node(levels[i - 1]).name, graph_.node(levels[i]).name, describe_shape(graph_, finer),
                      describe_shape(graph_, coarser)));
  }
}

void GraphBuilder::require_ungated(const std::string& name, const char* kind, NodeId x, SpaceId output) const {
  bool gated = graph_.space(output).gate != kNone;
  for (const Part& part : shape(x).parts)
    gated = gated || graph_.space(part.space).gate != kNone ||
            std::any_of(part.branches.begin(), part.branches.end(),
                        [&](const Branch& b) { return std::find(branches_.begin(), branches_.end(), b) == branches_.end(); });
  if (gated) throw UsageError(fmt::format("node '{}': a {} needs channels that are always active (no gate)", name, kind));
}

Graph GraphBuilder::finish(const std::vector<NodeId>& outputs, const std::vector<std::string>& names) {
  check_inputs("outputs", outputs);
  if (outputs.empty()) throw UsageError("graph '" + graph_.name_ + "': no output is named");
  if (outputs.size() > kMostOutputs)
    throw UsageError(fmt::format("graph '{}': {} outputs (allowed: 1 to {})", graph_.name_, outputs.size(), kMostOutputs));
  if (!names.empty() && names.size() != outputs.size())
    throw UsageError(fmt::format("graph '{}': {} names for {} outputs", graph_.name_, names.size(), outputs.size()));
  if (!branches_.empty()) throw UsageError("graph '" + graph_.name_ + "': begin_branch without end_branch");
  graph_.outputs_.clear();
  std::unordered_set<std::string> output_names;
  for (size_t i = 0; i < outputs.size(); ++i) {
    const Output output{names.empty() ? graph_.node(outputs[i]).name : names[i], outputs[i]};
    take_name(output_names, "output", output.name);
    for (const Part& part : shape(output.node).parts)
      if (!part.branches.empty())
        throw UsageError(
            fmt::format("output '{}': node '{}' lies in a branch and may be absent", output.name, graph_.node(output.node).name));
    graph_.outputs_.push_back(output);
  }
  return graph_;
}

Graph GraphBuilder::with_output(const Graph& graph, const std::string& node) {
  const auto found = graph.find_node(node);
  if (found && find_output(graph, *found)) return graph;
  if (!found) {
    std::vector<std::string> names;
    for (const Node& each : graph.nodes()) names.push_back(each.name);
    throw UsageError(unknown_name_message("node", node, names));
  }
  std::vector<NodeId> nodes;
  std::vector<std::string> names;
  for (const Output& output : graph.outputs()) {
    nodes.push_back(output.node), names.push_back(output.name);
  }
  std::string name = node;
  while (std::find(names.begin(), names.end(), name) != names.end()) name += "'";
  nodes.push_back(*found), names.push_back(name);
  GraphBuilder builder(graph.name());
  builder.graph_ = graph;
  return builder.finish(nodes, names);
}

std::optional<size_t> find_output(const Graph& graph, NodeId node) {
  const auto found =
      std::find_if(graph.outputs().begin(), graph.outputs().end(), [&](const Output& output) { return output.node == node; });
  if (found == graph.outputs().end()) return std::nullopt;
  return static_cast<size_t>(found - graph.outputs().begin());
}

}  // namespace tnn
