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
/// TopK, NonMaxSuppression, RoiAlign, Resize and the like, which a detector needs; the results in the order of the node's outputs.
std::vector<OnnxEvaluated> evaluate_detection_operator(const OnnxNode& node, const OnnxOperands& operands);
bool is_detection_operator(const std::string& op);
/// Everything else but If. DataError for an operator or shapes that are not known here.
OnnxEvaluated evaluate_operator(const OnnxNode& node, const OnnxOperands& operands);

/// Element by element, with ONNX's broadcasting: the places of `a` and `b` that each element of the result is computed from.
struct OnnxBroadcast {
  std::vector<int64_t> shape, left, right;
};
OnnxBroadcast broadcast_shapes(const OnnxNode& node, const OnnxEvaluated& a, const OnnxEvaluated& b);

int64_t integer_attribute(const OnnxNode& node, const std::string& name, int64_t otherwise);
std::vector<int64_t> integers_attribute(const OnnxNode& node, const std::string& name, const std::vector<int64_t>& otherwise);

}  // namespace tnn
