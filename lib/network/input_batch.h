#pragma once

#include <ATen/core/Tensor.h>

#include "data/batch.h"

namespace tnn {

/// A loader's batch on the network's device: images [N, C, H, W] (strided channels_last where the loader made them so) and labels [N],
/// int64. On the CPU both are views of the batch, which must outlive them.
struct InputBatch {
  at::Tensor images, labels;
};
InputBatch to_tensors(Batch& batch, bool channels_last, at::Device device);

}  // namespace tnn
