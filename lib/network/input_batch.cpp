#include "network/input_batch.h"

#include <ATen/ops/from_blob.h>

namespace tnn {

InputBatch to_tensors(Batch& batch, bool channels_last, at::Device device) {
  const int64_t n = batch.size, c = batch.channels, h = batch.height, w = batch.width;
  const std::vector<int64_t> sizes{n, c, h, w};
  const std::vector<int64_t> strides =
      channels_last ? std::vector<int64_t>{h * w * c, 1, w * c, c} : std::vector<int64_t>{c * h * w, h * w, w, 1};
  const at::Tensor images = at::from_blob(batch.pixels.data(), sizes, strides, at::TensorOptions(at::kFloat));
  const at::Tensor labels = at::from_blob(batch.labels.data(), {n}, at::TensorOptions(at::kLong));
  return {images.to(device), labels.to(device)};
}

}  // namespace tnn
