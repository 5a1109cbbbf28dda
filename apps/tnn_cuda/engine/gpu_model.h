#pragma once

#include <memory>
#include <string>

#include "kernels.h"
#include "owned.h"
#include "runtime/engine.h"
#include "runtime/gpu/packed_weights.h"

namespace tnn::cuda {

/// A model on the GPU: what all contexts share and nothing changes.
class GpuModel {
 public:
  GpuModel(std::shared_ptr<const LoweredModel> model, Precision precision);

  const LoweredModel& model() const { return *model_; }
  Precision precision() const { return precision_; }
  /// Where each step's numbers lie; the numbers themselves are on the GPU only.
  const gpu::PackedWeights& packed() const { return packed_; }
  const void* weights() const { return weights_.get(); }
  const gpu::GroupRow* group_rows() const { return group_rows_.as<const gpu::GroupRow>(); }
  const float* affine() const { return affine_.as<const float>(); }
  int64_t memory_bytes() const { return static_cast<int64_t>(weights_.bytes() + group_rows_.bytes() + affine_.bytes()); }

 private:
  std::shared_ptr<const LoweredModel> model_;
  Precision precision_;
  gpu::PackedWeights packed_;
  DeviceBuffer weights_, group_rows_, affine_;
};

}  // namespace tnn::cuda
