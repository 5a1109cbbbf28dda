#include "models/faster_rcnn.h"

#include <fmt/format.h>

#include <algorithm>
#include <regex>

#include "core/error.h"
#include "graph/graph_copy.h"

namespace tnn {
namespace {

/// Which nodes a node is computed from, itself among them.
std::vector<char> ancestors_of(const Graph& graph, NodeId node) {
  std::vector<char> found(graph.nodes().size(), 0);
  found[static_cast<size_t>(node)] = 1;
  for (NodeId i = node; i >= 0; --i)
    if (found[static_cast<size_t>(i)])
      for (const NodeId input : graph.node(i).inputs) found[static_cast<size_t>(input)] = 1;
  return found;
}

/// The last linear layer of a classifier.
NodeId classifier_layer(const Graph& graph) {
  const NodeId last = graph.outputs().front().node;
  if (!std::holds_alternative<Linear>(graph.node(last).operation))
    throw UsageError(fmt::format("detector.cut: the network's last node '{}' is no linear layer: a detector is made from a classifier",
                                 graph.node(last).name));
  return last;
}

/// A node behind the cut that reads one before it, beside the cut itself; kNone where there is none.
NodeId reads_around(const Graph& graph, NodeId cut, NodeId last) {
  const std::vector<char> before = ancestors_of(graph, cut), used = ancestors_of(graph, last);
  for (NodeId i = 0; i < static_cast<NodeId>(graph.nodes().size()); ++i) {
    if (before[static_cast<size_t>(i)] || !used[static_cast<size_t>(i)]) continue;
    for (const NodeId input : graph.node(i).inputs)
      if (input != cut && before[static_cast<size_t>(input)]) return i;
  }
  return kNone;
}

bool divides_input(const Graph& graph, NodeId node) {
  const auto &extent = graph.node(node).shape.extent, &input = graph.input().shape.extent;
  return extent.size() == 2 && input.size() == 2 && input[0] % extent[0] == 0 && input[1] % extent[1] == 0 &&
         input[0] / extent[0] == input[1] / extent[1];
}

/// The nodes that a graph can be cut at, the last ones of them.
std::string possible_cuts(const Graph& graph, NodeId last) {
  std::vector<std::string> names;
  for (NodeId i = 1; i < last; ++i)
    if (divides_input(graph, i) && graph.node(i).branches.empty() && graph.node(i).shape.extent[0] > 1 &&
        reads_around(graph, i, last) == kNone)
      names.push_back(graph.node(i).name);
  constexpr size_t kMost = 12;
  std::string text;
  for (size_t i = names.size() - std::min(kMost, names.size()); i < names.size(); ++i) text += (text.empty() ? "" : ", ") + names[i];
  return text.empty() ? "no node of this network will do" : "such as " + text;
}

NodeId find_cut(const Graph& graph, const std::string& name, NodeId last) {
  const auto fault = [&](const std::string& what) {
    return UsageError(fmt::format("detector.cut: {} (allowed: {})", what, possible_cuts(graph, last)));
  };
  const auto cut = graph.find_node(name);
  if (!cut) throw fault(fmt::format("the network has no node '{}'", name));
  if (!ancestors_of(graph, last)[static_cast<size_t>(*cut)] || *cut == last)
    throw fault(fmt::format("'{}' is not before the last layer", name));
  if (!graph.node(*cut).branches.empty()) throw fault(fmt::format("'{}' lies in a branch", name));
  if (!divides_input(graph, *cut))
    throw fault(fmt::format("'{}' is {}, which is no whole fraction of the input {}", name, describe_shape(graph, graph.node(*cut).shape),
                            describe_shape(graph, graph.input().shape)));
  if (const NodeId around = reads_around(graph, *cut, last); around != kNone)
    throw fault(fmt::format("'{}', behind '{}', reads a node before it", graph.node(around).name, name));
  return *cut;
}

const Convolution kOneByOne{{.kernel = {1}, .stride = {}, .padding = {}, .dilation = {}}};
const Convolution kThreeByThree{{.kernel = {3}, .stride = {}, .padding = {1}, .dilation = {}}};

/// Objectness and deltas of every map, by one set of weights: those of the first.
std::vector<NodeId> proposal_network(GraphBuilder& b, const std::vector<NodeId>& maps, const FasterRcnnOptions& options) {
  const std::string conv = "rpn.head.conv", logits = "rpn.head.cls_logits", boxes = "rpn.head.bbox_pred";
  const SpaceId channels = b.space(conv, options.channels > 0 ? options.channels : b.channels(maps.front())),
                anchors = b.space(logits, options.anchors), sides = b.space(boxes, 4 * options.anchors);
  std::vector<NodeId> objectness, deltas;
  for (size_t level = 0; level < maps.size(); ++level) {
    const std::string suffix = level == 0 ? "" : fmt::format(".{}", level);
    const auto layer = [&](const std::string& name, NodeId x, SpaceId space, Convolution convolution) {
      if (level > 0) convolution.weights_of = name;
      return b.convolution(name + suffix, x, space, std::move(convolution));
    };
    const NodeId proposal = b.relu("rpn.head.relu" + suffix, layer(conv, maps[level], channels, kThreeByThree));
    objectness.push_back(layer(logits, proposal, anchors, kOneByOne));
    deltas.push_back(layer(boxes, proposal, sides, kOneByOne));
  }
  objectness.insert(objectness.end(), deltas.begin(), deltas.end());
  return objectness;
}

/// The last layers and all outputs.
Graph finish(GraphBuilder& b, std::vector<NodeId> outputs, NodeId head, const FasterRcnnOptions& options) {
  const DetectorOutputs places{static_cast<int64_t>(outputs.size()) / 2};
  outputs.push_back(b.linear("roi_heads.box_predictor.cls_score", head, options.classes + 1));
  outputs.push_back(b.linear("roi_heads.box_predictor.bbox_pred", head, 4 * (options.classes + 1)));
  return b.finish(outputs, places.names());
}

std::string detector_name(const Graph& classifier, const char* kind) { return classifier.name() + kind; }

Graph over_one_map(const Graph& classifier, const FasterRcnnOptions& options) {
  const NodeId last = classifier_layer(classifier), cut = find_cut(classifier, options.cut, last);
  GraphBuilder b(detector_name(classifier, "_faster_rcnn"));
  GraphCopy copy(classifier, b);
  const std::vector<char> before = ancestors_of(classifier, cut), used = ancestors_of(classifier, last);
  for (NodeId i = 0; i <= cut; ++i)
    if (before[static_cast<size_t>(i)]) copy.append(i);
  const NodeId features = copy.copy_of(cut);
  std::vector<NodeId> outputs = proposal_network(b, {features}, options);
  copy.place(cut, b.roi_align("roi_align", features, options.roi_align));
  for (NodeId i = cut + 1; i < last; ++i)
    if (!before[static_cast<size_t>(i)] && used[static_cast<size_t>(i)]) copy.append(i);
  return finish(b, std::move(outputs), copy.copy_of(classifier.node(last).inputs.front()), options);
}

/// A level of the pyramid in the classifier.
NodeId find_level(const Graph& graph, const std::string& name) {
  const auto level = graph.find_node(name);
  if (!level) {
    std::vector<std::string> names;
    for (NodeId i = 1; i < static_cast<NodeId>(graph.nodes().size()); ++i)
      if (divides_input(graph, i) && graph.node(i).branches.empty()) names.push_back(graph.node(i).name);
    throw UsageError("detector.fpn: " + unknown_name_message("node", name, names));
  }
  if (!graph.node(*level).branches.empty()) throw UsageError(fmt::format("detector.fpn: '{}' lies in a branch", name));
  if (!divides_input(graph, *level))
    throw UsageError(fmt::format("detector.fpn: '{}' is {}, which is no whole fraction of the input {}", name,
                                 describe_shape(graph, graph.node(*level).shape), describe_shape(graph, graph.input().shape)));
  return *level;
}

Graph over_pyramid(const Graph& classifier, const FasterRcnnOptions& options) {
  std::vector<NodeId> levels;
  std::vector<char> used(classifier.nodes().size(), 0);
  for (const std::string& name : options.pyramid.levels) {
    levels.push_back(find_level(classifier, name));
    const std::vector<char> before = ancestors_of(classifier, levels.back());
    for (size_t i = 0; i < used.size(); ++i) used[i] = used[i] || before[i];
  }
  GraphBuilder b(detector_name(classifier, "_fpn_faster_rcnn"));
  GraphCopy copy(classifier, b, used);
  for (size_t i = 0; i < used.size(); ++i)
    if (used[i]) copy.append(static_cast<NodeId>(i));
  for (NodeId& level : levels) level = copy.copy_of(level);
  std::vector<NodeId> maps = feature_pyramid(b, levels, options.pyramid);
  std::vector<NodeId> outputs = proposal_network(b, maps, options);
  maps.resize(levels.size());  // a further map is for anchors alone
  const GateId gate = options.head_cardinality > 1 ? b.channel_gate("box_head", options.head_cardinality) : kNone;
  NodeId x = b.flatten("roi_heads.box_head.flatten", b.roi_align("roi_align", maps, options.roi_align));
  for (const std::string layer : {"6", "7"})
    x = b.relu("roi_heads.box_head.relu" + layer, b.linear("roi_heads.box_head.fc" + layer, x, options.head_features, gate));
  return finish(b, std::move(outputs), x, options);
}

}  // namespace

std::string faster_rcnn_pretrained_name(const std::string& name) {
  static const std::pair<std::regex, const char*> kRules[] = {
      {std::regex(R"(^backbone\.body\.)"), ""},
      {std::regex(R"(^backbone\.(fpn\.(inner|layer)_blocks\.\d+)(\.0)?\.(weight|bias)$)"), "$1.$4"},
      {std::regex(R"(^rpn\.head\.conv\.0\.0\.)"), "rpn.head.conv."}};
  std::string result = name;
  for (const auto& [pattern, replacement] : kRules) result = std::regex_replace(result, pattern, replacement);
  return result;
}

std::vector<std::string> DetectorOutputs::names() const {
  if (levels == 1) return {"objectness", "anchor_deltas", "class_logits", "box_deltas"};
  std::vector<std::string> names;
  for (const char* kind : {"objectness", "anchor_deltas"})
    for (int64_t level = 0; level < levels; ++level) names.push_back(fmt::format("{}.{}", kind, level));
  names.insert(names.end(), {"class_logits", "box_deltas"});
  return names;
}

Graph faster_rcnn(const Graph& classifier, const FasterRcnnOptions& options) {
  return options.pyramid.levels.empty() ? over_one_map(classifier, options) : over_pyramid(classifier, options);
}

}  // namespace tnn
