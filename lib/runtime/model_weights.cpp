#include "runtime/model_weights.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>
#include <cstring>

#include "core/error.h"

namespace tnn {
namespace {

float float_from_bits(uint32_t bits) {
  float value;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

/// IEEE 754 binary16.
float half_to_float(uint16_t half) {
  const int exponent = half >> 10 & 31, mantissa = half & 1023;
  float magnitude;
  if (exponent == 31)
    magnitude = mantissa ? NAN : INFINITY;
  else
    magnitude = std::ldexp(static_cast<float>(exponent ? mantissa + 1024 : mantissa), (exponent ? exponent : 1) - 25);
  return half >> 15 ? -magnitude : magnitude;
}

template <typename Stored, typename Convert>
std::vector<float> convert(const TensorView& view, Convert to_float) {
  std::vector<float> values(static_cast<size_t>(view.elements()));
  for (size_t i = 0; i < values.size(); ++i) {
    Stored stored;
    std::memcpy(&stored, view.data + i * sizeof stored, sizeof stored);
    values[i] = to_float(stored);
  }
  return values;
}

std::vector<float> as_floats(const TensorView& view, const std::string& path) {
  switch (view.dtype) {
    case DType::f32:
      return convert<float>(view, [](float x) { return x; });
    case DType::f16:
      return convert<uint16_t>(view, half_to_float);
    case DType::bf16:
      return convert<uint16_t>(view, [](uint16_t x) { return float_from_bits(static_cast<uint32_t>(x) << 16); });
    case DType::f64:
      return convert<double>(view, [](double x) { return static_cast<float>(x); });
    default:
      throw DataError(fmt::format("'{}': tensor '{}' has type {} (allowed: F32, F16, BF16, F64)", path, view.name, dtype_name(view.dtype)));
  }
}

bool can_be_used_in_place(const TensorView& view) {
  return view.dtype == DType::f32 && reinterpret_cast<uintptr_t>(view.data) % alignof(float) == 0;
}

}  // namespace

ModelWeights::ModelWeights(std::shared_ptr<const SafetensorsFile> file, const ModelDescription& description)
    : file_(std::move(file)), nodes_(description.graph.nodes().size()) {
  for (const ModelTensor& tensor : model_tensors(description)) store(tensor, read(tensor));
}

const float* ModelWeights::read(const ModelTensor& expected) {
  const std::string path = file_->path().string();
  const TensorView* view = file_->find(expected.name);
  if (!view) throw DataError(fmt::format("'{}': tensor '{}' is missing", path, expected.name));
  if (view->shape != expected.shape)
    throw DataError(fmt::format("'{}': tensor '{}' has shape [{}], the graph says [{}]", path, expected.name, fmt::join(view->shape, ", "),
                                fmt::join(expected.shape, ", ")));
  stored_bytes_ += static_cast<int64_t>(view->bytes());
  stored_numbers_ += view->elements();
  const float* data = nullptr;
  if (can_be_used_in_place(*view)) {
    data = reinterpret_cast<const float*>(view->data);
  } else {
    converted_.push_back(as_floats(*view, path));
    data = converted_.back().data();
  }
  const bool variance = expected.role == ParameterRole::running_variance;
  for (int64_t i = 0; i < view->elements(); ++i)
    if (!std::isfinite(data[i]) || (variance && data[i] < 0))
      throw DataError(fmt::format("'{}': tensor '{}' holds {} at element {} (allowed: {})", path, expected.name, data[i], i,
                                  variance ? "finite numbers from 0" : "finite numbers"));
  return data;
}

void ModelWeights::store(const ModelTensor& tensor, const float* data) {
  NodeWeights& node = nodes_[static_cast<size_t>(tensor.node)];
  const auto statistic = [&](Statistic& slot) {
    (tensor.per_point ? slot.per_point : slot.shared) = data;
    slot.channels = tensor.shape.back();
  };
  switch (tensor.role) {
    case ParameterRole::weight:
    case ParameterRole::gain:
      node.weight = data;
      break;
    case ParameterRole::bias:
      node.bias = data;
      break;
    case ParameterRole::scale:
      statistic(node.scale);
      break;
    case ParameterRole::shift:
      statistic(node.shift);
      break;
    case ParameterRole::running_mean:
      statistic(node.mean);
      break;
    case ParameterRole::running_variance:
      statistic(node.variance);
      break;
  }
}

BatchNormView ModelWeights::batch_norm(NodeId node, int point) const {
  const NodeWeights& w = nodes_[static_cast<size_t>(node)];
  return {w.scale.at(point), w.shift.at(point), w.mean.at(point), w.variance.at(point)};
}

}  // namespace tnn
