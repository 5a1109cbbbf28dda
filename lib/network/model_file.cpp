#include "network/model_file.h"

#include <ATen/ops/empty.h>
#include <c10/core/GradMode.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cstring>

#include "core/error.h"

namespace tnn {
namespace {

at::ScalarType scalar_type(DType dtype) {
  switch (dtype) {
    case DType::f32:
      return at::kFloat;
    case DType::f16:
      return at::kHalf;
    case DType::bf16:
      return at::kBFloat16;
    case DType::f64:
      return at::kDouble;
    case DType::i64:
      return at::kLong;
    case DType::u8:
      return at::kByte;
  }
  return at::kFloat;
}

}  // namespace

void save_network(const std::filesystem::path& path, const Network& network, const NamedTensors& extra_tensors,
                  const SafetensorsMetadata& extra_metadata) {
  NamedTensors all;
  for (const auto& entry : network.parameters().entries()) all.emplace_back(entry.name, entry.tensor);
  all.insert(all.end(), extra_tensors.begin(), extra_tensors.end());
  std::vector<at::Tensor> alive;  // row-major copies, until they are written
  std::vector<TensorView> views;
  for (const auto& [name, tensor] : all) {
    alive.push_back(tensor.detach().to(at::kCPU, at::kFloat).contiguous());
    views.push_back({name, DType::f32, alive.back().sizes().vec(), static_cast<const std::byte*>(alive.back().data_ptr())});
  }
  SafetensorsMetadata metadata = description_to_metadata(network.description());
  metadata.insert(extra_metadata.begin(), extra_metadata.end());
  write_safetensors(path, views, metadata);
}

at::Tensor read_tensor(const SafetensorsFile& file, const std::string& name) {
  const TensorView* view = file.find(name);
  if (!view) throw DataError(fmt::format("'{}': tensor '{}' is missing", file.path().string(), name));
  return read_tensor(*view);
}

at::Tensor read_tensor(const TensorView& view) {
  at::Tensor tensor = at::empty(view.shape, at::TensorOptions(scalar_type(view.dtype)));
  if (view.bytes() > 0) std::memcpy(tensor.data_ptr(), view.data, view.bytes());  // the file's data may lie at any address
  return tensor.to(at::kFloat);
}

void load_parameters(const SafetensorsFile& file, Network& network) {
  c10::NoGradGuard no_grad;
  for (const auto& entry : network.parameters().entries()) {
    const at::Tensor stored = read_tensor(file, entry.name);
    if (stored.sizes() != entry.tensor.sizes())
      throw DataError(fmt::format("'{}': tensor '{}' has shape [{}], the graph says [{}]", file.path().string(), entry.name,
                                  fmt::join(stored.sizes().vec(), ", "), fmt::join(entry.tensor.sizes().vec(), ", ")));
    entry.tensor.copy_(stored);
  }
}

Network load_network(const std::filesystem::path& path, at::Device device, bool channels_last) {
  const SafetensorsFile file(path);
  Network network(description_from_metadata(file.metadata(), path.string()), 0, device, channels_last);
  load_parameters(file, network);
  return network;
}

}  // namespace tnn
