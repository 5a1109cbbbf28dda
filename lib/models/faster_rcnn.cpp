#include "models/faster_rcnn.h"

#include <fmt/format.h>

#include <algorithm>

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

}  // namespace

Graph faster_rcnn(const Graph& classifier, const FasterRcnnOptions& options) {
  const NodeId last = classifier_layer(classifier), cut = find_cut(classifier, options.cut, last);
  GraphBuilder b(classifier.name() + "_faster_rcnn");
  GraphCopy copy(classifier, b);
  const std::vector<char> before = ancestors_of(classifier, cut), used = ancestors_of(classifier, last);
  for (NodeId i = 0; i <= cut; ++i)
    if (before[static_cast<size_t>(i)]) copy.append(i);
  const NodeId features = copy.copy_of(cut);
  const int64_t channels = options.channels > 0 ? options.channels : b.channels(features);
  const Convolution one_by_one{{.kernel = {1}, .stride = {}, .padding = {}, .dilation = {}}};
  const NodeId proposal = b.relu("rpn.head.relu", b.convolution("rpn.head.conv", features, channels, kNone,
                                                                {{.kernel = {3}, .stride = {}, .padding = {1}, .dilation = {}}}));
  const NodeId objectness = b.convolution("rpn.head.cls_logits", proposal, options.anchors, kNone, one_by_one);
  const NodeId deltas = b.convolution("rpn.head.bbox_pred", proposal, 4 * options.anchors, kNone, one_by_one);
  copy.place(cut, b.roi_align("roi_align", features, options.roi_align));
  for (NodeId i = cut + 1; i < last; ++i)
    if (!before[static_cast<size_t>(i)] && used[static_cast<size_t>(i)]) copy.append(i);
  const NodeId head = copy.copy_of(classifier.node(last).inputs.front());
  const NodeId classes = b.linear("roi_heads.box_predictor.cls_score", head, options.classes + 1);
  const NodeId boxes = b.linear("roi_heads.box_predictor.bbox_pred", head, 4 * (options.classes + 1));
  return b.finish({objectness, deltas, classes, boxes}, {std::begin(DetectorOutputs::kNames), std::end(DetectorOutputs::kNames)});
}

}  // namespace tnn
