#include "export/stored_model.h"

#include <fmt/format.h>

#include <cmath>
#include <set>

#include "core/error.h"
#include "core/name_table.h"
#include "formats/half.h"
#include "formats/stored_tensors.h"

namespace tnn {
namespace {

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

StoredModel read_stored_model(const std::filesystem::path& path) {
  const SafetensorsFile file(path);
  StoredModel model{description_from_metadata(file.metadata(), path.string()), {}};
  const StoredTensors tensors(file, model.description);
  for (const StoredTensors::Entry& entry : tensors.entries())
    model.tensors[entry.tensor.name] = {entry.tensor.shape, {entry.numbers, entry.numbers + entry.count}};
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
  std::set<std::string> variances;
  for (const ModelTensor& tensor : model_tensors(model.description))
    if (tensor.role == ParameterRole::running_variance) variances.insert(tensor.name);
  for (const auto& [name, tensor] : model.tensors) {
    TensorView view{name, DType::f32, tensor.shape, reinterpret_cast<const std::byte*>(tensor.values.data())};
    if (precision != StoredPrecision::fp32 && !variances.count(name)) {
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
