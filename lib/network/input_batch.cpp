#include "network/input_batch.h"

#include <ATen/ops/from_blob.h>

#include <stdexcept>

namespace tnn {

const at::Tensor& Targets::at(const std::string& name) const {
  for (const auto& [key, tensor] : tensors_)
    if (key == name) return tensor;
  throw std::logic_error("the batch has no target '" + name + "'");
}

Targets Targets::narrow(int64_t begin, int64_t count) const {
  std::vector<std::pair<std::string, at::Tensor>> part;
  for (const auto& [name, tensor] : tensors_) part.emplace_back(name, tensor.narrow(0, begin, count));
  return Targets(std::move(part));
}

InputBatch to_tensors(Batch& batch, bool channels_last, at::Device device) {
  const int64_t n = batch.size, c = batch.channels, h = batch.height, w = batch.width;
  const std::vector<int64_t> sizes{n, c, h, w};
  const std::vector<int64_t> strides =
      channels_last ? std::vector<int64_t>{h * w * c, 1, w * c, c} : std::vector<int64_t>{c * h * w, h * w, w, 1};
  const at::Tensor images = at::from_blob(batch.pixels.data(), sizes, strides, at::TensorOptions(at::kFloat));
  const at::Tensor labels = at::from_blob(batch.labels.data(), {n}, at::TensorOptions(at::kLong));
  return {images.to(device), Targets({{"label", labels.to(device)}})};
}

}  // namespace tnn
