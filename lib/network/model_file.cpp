#include "network/model_file.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/from_blob.h>
#include <c10/core/GradMode.h>
#include <fmt/format.h>

#include <algorithm>

#include "core/error.h"
#include "formats/stored_tensors.h"
#include "formats/tensor_numbers.h"

namespace tnn {
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
  return read_tensor(*view, file.path().string());
}

at::Tensor read_tensor(const TensorView& view, const std::string& file) {
  at::Tensor tensor = at::empty(view.shape, at::kFloat);
  const std::vector<float> numbers = as_floats(view, file);
  std::copy(numbers.begin(), numbers.end(), tensor.data_ptr<float>());
  return tensor;
}

void load_parameters(const SafetensorsFile& file, Network& network) {
  c10::NoGradGuard no_grad;
  const StoredTensors stored(file, network.description());
  const auto& entries = network.parameters().entries();
  for (size_t i = 0; i < entries.size(); ++i)  // both in the order of model_tensors
    entries[i].tensor.copy_(at::from_blob(const_cast<float*>(stored.entries()[i].numbers), entries[i].tensor.sizes(), at::kFloat));
}

Network load_network(const std::filesystem::path& path, at::Device device, bool channels_last) {
  const SafetensorsFile file(path);
  Network network(description_from_metadata(file.metadata(), path.string()), 0, device, channels_last);
  load_parameters(file, network);
  return network;
}

}  // namespace tnn
