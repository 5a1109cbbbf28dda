#include "export/stored_model.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>
#include <cstring>

#include "core/error.h"
#include "core/name_table.h"
#include "export/half.h"
#include "graph/parameters.h"

namespace tnn {
namespace {

template <typename Stored>
Stored element(const TensorView& view, size_t index) {
  Stored value{};
  std::memcpy(&value, view.data + index * sizeof value, sizeof value);
  return value;
}

float as_float(const TensorView& view, size_t index) {
  switch (view.dtype) {
    case DType::f32:
      return element<float>(view, index);
    case DType::f16:
      return half_to_float(element<uint16_t>(view, index));
    case DType::bf16:
      return bfloat16_to_float(element<uint16_t>(view, index));
    case DType::f64:
      return static_cast<float>(element<double>(view, index));
    case DType::i64:
      return static_cast<float>(element<int64_t>(view, index));
    case DType::u8:
      return static_cast<float>(element<uint8_t>(view, index));
  }
  return 0;
}

HostTensor to_host(const TensorView& view) {
  HostTensor tensor{view.shape, std::vector<float>(static_cast<size_t>(view.elements()))};
  for (size_t i = 0; i < tensor.values.size(); ++i) tensor.values[i] = as_float(view, i);
  return tensor;
}

std::vector<uint16_t> to_half(const std::string& name, const HostTensor& tensor, StoredPrecision precision) {
  std::vector<uint16_t> bits;
  bits.reserve(tensor.values.size());
  for (const float value : tensor.values) {
    bits.push_back(precision == StoredPrecision::bf16 ? float_to_bfloat16(value) : float_to_half(value));
    if (precision == StoredPrecision::fp16 && std::isfinite(value) && std::isinf(half_to_float(bits.back())))
      throw UsageError(fmt::format("--half fp16: {} of tensor '{}' is beyond fp16's largest number, 65504 (allowed: bf16)", value, name));
  }
  return bits;
}

}  // namespace

const HostTensor& StoredModel::tensor(const std::string& name) const {
  const auto found = tensors.find(name);
  if (found == tensors.end()) throw DataError(fmt::format("tensor '{}' is missing", name));
  return found->second;
}

std::map<std::string, std::vector<int64_t>> stored_tensor_shapes(const ModelDescription& description) {
  const auto points = static_cast<int64_t>(description.points.size());
  const bool switchable = description.batch_norm == BatchNormMode::switchable;
  std::map<std::string, std::vector<int64_t>> shapes;
  for (const Parameter& parameter : graph_parameters(description.graph)) {
    const std::string node = description.graph.node(parameter.node).name;
    const auto per_point = [&](const char* name) { shapes[node + name] = {points, parameter.shape.front()}; };
    const bool affine = parameter.role == ParameterRole::scale || parameter.role == ParameterRole::shift;
    if (affine && switchable) {
      per_point(parameter.role == ParameterRole::scale ? ".point_weight" : ".point_bias");
      continue;
    }
    shapes[parameter.name] = parameter.shape;
    if (description.batch_norm == BatchNormMode::shared || parameter.trainable()) continue;
    per_point(parameter.role == ParameterRole::running_mean ? ".point_mean" : ".point_var");
  }
  return shapes;
}

StoredModel read_stored_model(const std::filesystem::path& path) {
  const SafetensorsFile file(path);
  StoredModel model{description_from_metadata(file.metadata(), path.string()), {}};
  for (const auto& [name, shape] : stored_tensor_shapes(model.description)) {
    const TensorView* view = file.find(name);
    if (!view) throw DataError(fmt::format("'{}': tensor '{}' is missing", path.string(), name));
    if (view->shape != shape)
      throw DataError(fmt::format("'{}': tensor '{}' has shape [{}], the graph says [{}]", path.string(), name,
                                  fmt::join(view->shape, ", "), fmt::join(shape, ", ")));
    model.tensors[name] = to_host(*view);
  }
  return model;
}

StoredPrecision stored_precision_from_name(const std::string& name) {
  static constexpr NamedValue<StoredPrecision> kNames[] = {
      {"fp32", StoredPrecision::fp32}, {"fp16", StoredPrecision::fp16}, {"bf16", StoredPrecision::bf16}};
  return value_from_name(kNames, "precision", name);
}

void write_stored_model(const std::filesystem::path& path, const StoredModel& model, StoredPrecision precision,
                        const SafetensorsMetadata& extra) {
  std::vector<TensorView> views;
  std::vector<std::vector<uint16_t>> halves;
  for (const auto& [name, tensor] : model.tensors) {
    TensorView view{name, DType::f32, tensor.shape, reinterpret_cast<const std::byte*>(tensor.values.data())};
    if (precision != StoredPrecision::fp32 && !name.ends_with("_var")) {
      halves.push_back(to_half(name, tensor, precision));
      view.dtype = precision == StoredPrecision::fp16 ? DType::f16 : DType::bf16;
      view.data = reinterpret_cast<const std::byte*>(halves.back().data());
    }
    views.push_back(view);
  }
  SafetensorsMetadata metadata = description_to_metadata(model.description);
  metadata.insert(extra.begin(), extra.end());
  write_safetensors(path, views, metadata);
}

}  // namespace tnn
