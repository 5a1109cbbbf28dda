#include "gpu_model.h"

#include "products.h"

namespace tnn::cuda {

GpuModel::GpuModel(std::shared_ptr<const LoweredModel> model, Precision precision)
    : model_(std::move(model)), precision_(precision), packed_(gpu::pack_weights(*model_)) {
  weights_ = DeviceBuffer::holding(in_storage(storage_of(precision), packed_.weights));
  group_rows_ = DeviceBuffer::holding(packed_.group_rows);
  affine_ = DeviceBuffer::holding(packed_.affine);
  packed_.weights = {};
  packed_.group_rows = {};
  packed_.affine = {};
}

}  // namespace tnn::cuda
