#include "export/onnx_lowering.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/error.h"
#include "core/version.h"
#include "export/onnx_detector.h"
#include "export/onnx_layers.h"
#include "export/static_cut.h"
#include "graph/region_split.h"

namespace tnn {
namespace {

bool contains(const std::vector<Branch>& branches, const Branch& branch) {
  return std::find(branches.begin(), branches.end(), branch) != branches.end();
}

/// Walks the nodes in order and puts each stretch of nodes in a further branch under an If.
class Lowering {
 public:
  Lowering(const StoredModel& model, const OnnxOptions& options)
      : graph_(model.description.graph), writer_(options.opset), point_(writer_, model.description), layers_(model, writer_, point_) {
    OnnxValue input{"input", graph_.dimensions(graph_.input().shape)};
    input.shape.insert(input.shape.begin(), -1);
    writer_.input(std::move(input), true);
    layers_.set_value(0, options.preprocessing ? layers_.preprocessing() : "input");
    for (const Output& output : graph_.outputs())
      if (!has_own_name(output)) writer_.reserve(output.name);
  }

  OnnxModel run() {
    lower(1, graph_.nodes().size(), {});
    for (const Output& output : graph_.outputs()) {
      OnnxValue value{output_value(output), graph_.dimensions(graph_.shape(output))};
      value.shape.insert(value.shape.begin(), -1);
      writer_.output(std::move(value));
    }
    return writer_.finish(graph_.name());
  }

 private:
  /// Whether an output is what its node computes, by the node's name.
  bool has_own_name(const Output& output) {
    const Node& node = graph_.node(output.node);
    return output.name == node.name && point_.channels(node, node.shape).all();
  }

  /// The name of an output's value: at full width, with zeros in the channels that the operating point closes.
  std::string output_value(const Output& output) {
    const Node& node = graph_.node(output.node);
    const std::string& value = layers_.value(output.node);
    if (has_own_name(output)) return value == output.name ? value : writer_.emit("Identity", output.name, {value});
    if (point_.channels(node, node.shape).all()) return writer_.emit_reserved("Identity", output.name, {value});
    // A channel of zeros in front, then a table says for each channel which of these it is.
    std::vector<int64_t> tail{1};
    tail.insert(tail.end(), node.shape.extent.begin(), node.shape.extent.end());
    const std::string shape =
        writer_.emit("Concat", output.name + ".zero_shape", {layers_.batch_size(), writer_.integers(output.name + ".one_channel", tail)},
                     {{"axis", int64_t{0}}});
    const std::string zeros = writer_.emit("ConstantOfShape", output.name + ".zeros", {shape});
    const std::string all = writer_.emit("Concat", output.name + ".with_zeros", {zeros, value}, {{"axis", int64_t{1}}});
    return writer_.emit_reserved("Gather", output.name, {all, point_.places(output.name + ".places", node.shape)}, {{"axis", int64_t{1}}});
  }

  bool always_open(const Branch& branch) const {
    for (size_t i = 0; i < point_.count(); ++i)
      if (!point_.configuration(i).of(branch.gate).contains(branch.index)) return false;
    return true;
  }

  const Branch* further_branch(const Node& node, const std::vector<Branch>& open) const {
    for (const Branch& branch : node.branches)
      if (!contains(open, branch) && !always_open(branch)) return &branch;
    return nullptr;
  }

  /// The nodes [begin, end), which all lie in the branches `open`.
  void lower(size_t begin, size_t end, const std::vector<Branch>& open) {
    for (size_t i = begin; i < end; ++i) {
      const Branch* further = further_branch(graph_.nodes()[i], open);
      if (!further) {
        layers_.lower(static_cast<NodeId>(i), operands(graph_.nodes()[i]));
        continue;
      }
      size_t last = i;
      while (last < end && contains(graph_.nodes()[last].branches, *further)) ++last;
      lower_branch(i, last, *further, open);
      i = last - 1;
    }
  }

  /// What a node reads: an operand in a branch that may be closed around it is read as zeros by a sum, as no channels by a concatenation.
  std::vector<std::string> operands(const Node& node) const {
    std::vector<std::string> names;
    for (const NodeId input : node.inputs) {
      const Node& source = graph_.node(input);
      const bool may_be_absent = std::any_of(source.branches.begin(), source.branches.end(), [&](const Branch& branch) {
        return !contains(node.branches, branch) && !always_open(branch);
      });
      const bool sum = std::holds_alternative<Add>(node.operation), concat = std::holds_alternative<Concat>(node.operation);
      if (may_be_absent && !sum && !concat)
        throw UsageError(fmt::format("node '{}' reads '{}', which a branch may leave out: ONNX can say that of add and concat only",
                                     node.name, source.name));
      const auto& variant = concat && may_be_absent ? empty_ : zero_;
      const auto found = variant.find(input);
      names.push_back(found == variant.end() ? layers_.value(input) : found->second);
    }
    return names;
  }

  void lower_branch(size_t begin, size_t end, const Branch& branch, std::vector<Branch> open) {
    const std::string name = fmt::format("{}.{}", graph_.gate(branch.gate).name, branch.index);
    std::vector<uint8_t> active;
    for (size_t i = 0; i < point_.count(); ++i) active.push_back(point_.configuration(i).of(branch.gate).contains(branch.index));
    const std::string condition = point_.pick_condition("tnn." + name + ".open", active);
    open.push_back(branch);
    std::vector<Crossing> crossings;
    const auto then_branch = writer_.subgraph(name + ".open", [&] {
      lower(begin, end, open);
      crossings = crossings_of(begin, end, branch);
      return inner_outputs(crossings);
    });
    const auto else_branch = writer_.subgraph(name + ".closed", [&] {
      std::vector<std::string> outputs;
      for (const Crossing& crossing : crossings) outputs.push_back(absent_value(crossing));
      return outputs;
    });
    std::vector<std::string> outputs;
    for (const Crossing& crossing : crossings) {
      outputs.push_back(writer_.unique(graph_.node(crossing.node).name + (crossing.empty ? ".channels" : ".term")));
      (crossing.empty ? empty_ : zero_)[crossing.node] = outputs.back();
    }
    writer_.emit_if(name, condition, then_branch, else_branch, outputs);
  }

  /// A value that leaves a stretch of nodes, and how it reads while the branch is closed.
  struct Crossing {
    NodeId node;
    bool empty;  ///< as no channels; else as zeros
  };

  std::vector<Crossing> crossings_of(size_t begin, size_t end, const Branch& branch) const {
    std::vector<Crossing> crossings;
    for (size_t consumer = end; consumer < graph_.nodes().size(); ++consumer) {
      const Node& node = graph_.nodes()[consumer];
      const bool empty = std::holds_alternative<Concat>(node.operation) && !contains(node.branches, branch);
      for (const NodeId input : node.inputs) {
        const bool inside = static_cast<size_t>(input) >= begin && static_cast<size_t>(input) < end;
        const auto known = [&](const Crossing& c) { return c.node == input && c.empty == empty; };
        if (inside && std::none_of(crossings.begin(), crossings.end(), known)) crossings.push_back({input, empty});
      }
    }
    return crossings;
  }

  /// Outputs of a subgraph are computed in it, each under a name of its own.
  std::vector<std::string> inner_outputs(const std::vector<Crossing>& crossings) {
    std::vector<std::string> outputs;
    for (const Crossing& crossing : crossings) {
      const auto& variant = crossing.empty ? empty_ : zero_;  // of a branch inside this one
      const auto found = variant.find(crossing.node);
      std::string name = found == variant.end() ? layers_.value(crossing.node) : found->second;
      if (!writer_.computes(name) || std::find(outputs.begin(), outputs.end(), name) != outputs.end())
        name = writer_.emit("Identity", name + ".out", {name});
      outputs.push_back(name);
    }
    return outputs;
  }

  std::string absent_value(const Crossing& crossing) {
    const Node& node = graph_.node(crossing.node);
    const size_t rank = node.shape.extent.size() + 2;
    if (!crossing.empty) {
      const auto zero = writer_.constant(node.name + ".zero", std::vector<int64_t>(rank, 1), std::vector<float>{0});
      return writer_.emit("Identity", node.name + ".closed", {zero});
    }
    std::vector<int64_t> tail{0};
    tail.insert(tail.end(), node.shape.extent.begin(), node.shape.extent.end());
    const std::string shape =
        writer_.emit("Concat", node.name + ".closed_shape", {layers_.batch_size(), writer_.integers(node.name + ".no_channels", tail)},
                     {{"axis", int64_t{0}}});
    return writer_.emit("ConstantOfShape", node.name + ".closed", {shape});
  }

  const Graph& graph_;
  OnnxWriter writer_;
  OnnxOperatingPoint point_;
  OnnxLayers layers_;
  std::map<NodeId, std::string> zero_, empty_;  ///< the names of values that left a branch
};

}  // namespace

OnnxModel lower_to_onnx(const StoredModel& source, const OnnxOptions& options) {
  const bool fixed = source.description.points.size() == 1;
  if (!fixed && source.description.gating.compensation != Compensation::none)
    throw UsageError(fmt::format("compensation '{}' cannot be said in a throttleable ONNX file (allowed: --u, static nets; or safetensors)",
                                 compensation_name(source.description.gating.compensation)));
  const StoredModel model = fixed ? cut_model(source, 0) : source;
  OnnxModel onnx = find_roi_align(model.description.graph) ? lower_detector_to_onnx(model, options) : Lowering(model, options).run();
  const SafetensorsMetadata description = description_to_metadata(model.description);
  for (const char* key : {"tnn.dataset", "tnn.labels", "tnn.preprocessing"}) onnx.metadata[key] = description.at(key);
  if (model.description.points.size() > 1) {
    for (const char* key : {"tnn.gating", "tnn.operating_points"}) onnx.metadata[key] = description.at(key);
    onnx.documentation = "A throttleable network: input u in (0, 1] sets its cost. ";
  }
  onnx.metadata["tnn.program"] = version();
  onnx.metadata["tnn.preprocessing_inside"] = options.preprocessing ? "true" : "false";
  onnx.documentation += options.preprocessing ? "The input is pixels from 0 to 255." : "The input is (pixel / 255 - mean) / std.";
  onnx.producer_version = version();
  return onnx;
}

}  // namespace tnn
