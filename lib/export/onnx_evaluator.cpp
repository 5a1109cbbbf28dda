#include "export/onnx_evaluator.h"

#include <fmt/format.h>

#include "core/error.h"
#include "export/onnx_operators.h"

namespace tnn {
namespace {

OnnxEvaluated from_constant(const OnnxTensor& tensor) {
  OnnxEvaluated value{tensor.shape, {}};
  if (const auto* floats = std::get_if<std::vector<float>>(&tensor.values)) value.values = *floats;
  if (const auto* integers = std::get_if<std::vector<int64_t>>(&tensor.values)) value.values = *integers;
  if (const auto* flags = std::get_if<std::vector<uint8_t>>(&tensor.values))
    value.values = std::vector<int64_t>(flags->begin(), flags->end());
  return value;
}

/// The values of a graph and, for a subgraph, those around it.
class Scope {
 public:
  explicit Scope(const Scope* around) : around_(around) {}
  OnnxEvaluated& operator[](const std::string& name) { return values_[name]; }
  const OnnxEvaluated& at(const std::string& name) const {
    const auto found = values_.find(name);
    if (found != values_.end()) return found->second;
    if (!around_) throw DataError(fmt::format("the ONNX graph reads '{}' before it is computed", name));
    return around_->at(name);
  }

 private:
  const Scope* around_;
  std::map<std::string, OnnxEvaluated> values_;
};

std::vector<OnnxEvaluated> evaluate_graph(const OnnxGraph& graph, Scope& scope);

std::vector<OnnxEvaluated> evaluate_node(const OnnxNode& node, const Scope& scope) {
  OnnxOperands operands;
  for (const std::string& input : node.inputs) operands.push_back(input.empty() ? nullptr : &scope.at(input));
  if (is_window_operator(node.op)) return {evaluate_window(node, operands)};
  if (is_detection_operator(node.op)) return evaluate_detection_operator(node, operands);
  if (node.op != "If") return {evaluate_operator(node, operands)};
  const bool condition = operands.at(0)->integers().at(0) != 0;
  const auto attribute = node.attributes.find(condition ? "then_branch" : "else_branch");
  if (attribute == node.attributes.end()) throw DataError(fmt::format("node '{}': an If without branches", node.name));
  Scope inner(&scope);
  return evaluate_graph(*std::get<std::shared_ptr<OnnxGraph>>(attribute->second), inner);
}

std::vector<OnnxEvaluated> evaluate_graph(const OnnxGraph& graph, Scope& scope) {
  for (const OnnxTensor& constant : graph.constants) scope[constant.name] = from_constant(constant);
  for (const OnnxNode& node : graph.nodes) {
    std::vector<OnnxEvaluated> results = evaluate_node(node, scope);
    for (size_t i = 0; i < results.size(); ++i) scope[node.outputs.at(i)] = std::move(results[i]);
  }
  std::vector<OnnxEvaluated> outputs;
  for (const OnnxValue& output : graph.outputs) outputs.push_back(scope.at(output.name));
  return outputs;
}

}  // namespace

std::vector<HostTensor> evaluate_onnx(const OnnxModel& model, const std::map<std::string, HostTensor>& inputs) {
  Scope scope(nullptr);
  for (const auto& [name, tensor] : inputs) scope[name] = {tensor.shape, tensor.values};
  std::vector<HostTensor> outputs;
  for (const OnnxEvaluated& output : evaluate_graph(model.graph, scope)) {
    outputs.push_back({output.shape, {}});
    std::visit([&](const auto& numbers) { outputs.back().values.assign(numbers.begin(), numbers.end()); }, output.values);
  }
  return outputs;
}

}  // namespace tnn
