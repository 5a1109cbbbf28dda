#include "export/onnx_writer.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/error.h"

namespace tnn {
namespace {

/// The operators that are written, with the first opset that has them in the form written (inputs instead of attributes and so on).
const std::map<std::string, int>& first_opsets() {
  static const std::map<std::string, int> table{{"Add", 7},
                                                {"AveragePool", 11},
                                                {"BatchNormalization", 9},
                                                {"Cast", 9},
                                                {"Clip", 11},
                                                {"Concat", 11},
                                                {"Conv", 11},
                                                {"ConstantOfShape", 9},
                                                {"Div", 7},
                                                {"Equal", 11},
                                                {"Exp", 6},
                                                {"Flatten", 11},
                                                {"Floor", 6},
                                                {"Gather", 11},
                                                {"Gemm", 11},
                                                {"Greater", 9},
                                                {"GlobalAveragePool", 1},
                                                {"GlobalMaxPool", 1},
                                                {"GreaterOrEqual", 12},
                                                {"Identity", 1},
                                                {"If", 11},
                                                {"Less", 9},
                                                {"Log", 6},
                                                {"Max", 12},
                                                {"MaxPool", 12},
                                                {"Min", 12},
                                                {"Mul", 7},
                                                {"NonMaxSuppression", 11},
                                                {"NonZero", 9},
                                                {"Pad", 11},
                                                {"ReduceMean", 13},
                                                {"ReduceMin", 11},
                                                {"ReduceSum", 13},
                                                {"Relu", 6},
                                                {"Reshape", 5},
                                                {"Resize", 13},
                                                {"RoiAlign", 10},
                                                {"Shape", 1},
                                                {"Sigmoid", 6},
                                                {"Slice", 11},
                                                {"Softmax", 13},
                                                {"Sqrt", 13},
                                                {"Sub", 7},
                                                {"Sum", 8},
                                                {"TopK", 11},
                                                {"Transpose", 1},
                                                {"Unsqueeze", 13},
                                                {"Where", 9}};
  return table;
}

}  // namespace

OnnxWriter::OnnxWriter(int opset) : opset_(opset) {
  if (opset != 13 && opset != 17) throw UsageError(fmt::format("ONNX opset {} is not written (allowed: 13, 17)", opset));
}

OnnxNode OnnxWriter::checked(const std::string& op, const std::string& name, std::vector<std::string> inputs, Attributes attributes) const {
  const auto first = first_opsets().find(op);
  if (first == first_opsets().end() || first->second > opset_)
    throw UsageError(fmt::format("node '{}': opset {} has no operator {}", name, opset_, op));
  return {op, name, std::move(inputs), {name}, std::move(attributes)};
}

std::string OnnxWriter::emit(const std::string& op, const std::string& name, std::vector<std::string> inputs, Attributes attributes) {
  return emit_reserved(op, unique(name), std::move(inputs), std::move(attributes));
}

std::vector<std::string> OnnxWriter::emit_several(const std::string& op, const std::string& name, std::vector<std::string> inputs,
                                                  Attributes attributes, const std::vector<std::string>& suffixes) {
  OnnxNode node = checked(op, unique(name), std::move(inputs), std::move(attributes));
  for (const std::string& suffix : suffixes) node.outputs.push_back(unique(name + suffix));
  open_->nodes.push_back(std::move(node));
  return open_->nodes.back().outputs;
}

std::string OnnxWriter::emit_reserved(const std::string& op, const std::string& name, std::vector<std::string> inputs,
                                      Attributes attributes) {
  open_->nodes.push_back(checked(op, name, std::move(inputs), std::move(attributes)));
  return open_->nodes.back().name;
}

std::string OnnxWriter::emit_prologue(const std::string& op, const std::string& name, std::vector<std::string> inputs,
                                      Attributes attributes) {
  prologue_.push_back(checked(op, unique(name), std::move(inputs), std::move(attributes)));
  return prologue_.back().name;
}

std::string OnnxWriter::integers(const std::string& name, const std::vector<int64_t>& values) {
  std::string& stored = integers_[values];
  if (stored.empty()) stored = constant(name, {static_cast<int64_t>(values.size())}, values);
  return stored;
}

std::shared_ptr<OnnxGraph> OnnxWriter::subgraph(const std::string& name, const std::function<std::vector<std::string>()>& write) {
  auto graph = std::make_shared<OnnxGraph>();
  graph->name = name;
  OnnxGraph* const around = open_;
  open_ = graph.get();
  for (const std::string& output : write()) graph->outputs.push_back({output, {}, false});
  open_ = around;
  return graph;
}

void OnnxWriter::emit_if(const std::string& name, const std::string& condition, std::shared_ptr<OnnxGraph> then_branch,
                         std::shared_ptr<OnnxGraph> else_branch, const std::vector<std::string>& outputs) {
  open_->nodes.push_back(
      {"If", unique(name), {condition}, outputs, {{"then_branch", std::move(then_branch)}, {"else_branch", std::move(else_branch)}}});
}

bool OnnxWriter::computes(const std::string& value) const {
  return std::any_of(open_->nodes.begin(), open_->nodes.end(), [&](const OnnxNode& node) {
    return std::find(node.outputs.begin(), node.outputs.end(), value) != node.outputs.end();
  });
}

void OnnxWriter::input(OnnxValue value, bool first) {
  names_.insert(value.name);
  main_.inputs.insert(first ? main_.inputs.begin() : main_.inputs.end(), std::move(value));
}

std::string OnnxWriter::unique(const std::string& name) {
  std::string candidate = name;
  for (int number = 2; !names_.insert(candidate).second; ++number) candidate = fmt::format("{}_{}", name, number);
  return candidate;
}

OnnxModel OnnxWriter::finish(const std::string& graph_name) {
  main_.name = graph_name;
  main_.nodes.insert(main_.nodes.begin(), std::make_move_iterator(prologue_.begin()), std::make_move_iterator(prologue_.end()));
  OnnxModel model;
  model.graph = std::move(main_);
  model.opset = opset_;
  return model;
}

}  // namespace tnn
