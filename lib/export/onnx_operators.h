#pragma once

#include <variant>

#include "export/onnx_model.h"

namespace tnn {

/// A value while an ONNX graph is evaluated: numbers of fp32, or int64 (conditions too, as 0 and 1).
struct OnnxEvaluated {
  std::vector<int64_t> shape;
  std::variant<std::vector<float>, std::vector<int64_t>> values;

  int64_t elements() const;
  const std::vector<float>& floats() const { return std::get<0>(values); }
  const std::vector<int64_t>& integers() const { return std::get<1>(values); }
};

using OnnxOperands = std::vector<const OnnxEvaluated*>;

/// Conv, MaxPool, AveragePool, GlobalAveragePool, GlobalMaxPool.
OnnxEvaluated evaluate_window(const OnnxNode& node, const OnnxOperands& operands);
bool is_window_operator(const std::string& op);
/// Everything else but If. DataError for an operator or shapes that are not known here.
OnnxEvaluated evaluate_operator(const OnnxNode& node, const OnnxOperands& operands);

int64_t integer_attribute(const OnnxNode& node, const std::string& name, int64_t otherwise);
std::vector<int64_t> integers_attribute(const OnnxNode& node, const std::string& name, const std::vector<int64_t>& otherwise);

}  // namespace tnn
