#pragma once

#include <optional>

#include "runtime/engine.h"
#include "runtime/kernels/kernel_set.h"
#include "runtime/prefix/affine_store.h"
#include "runtime/prefix/layer_weights.h"
#include "runtime/prefix/numbering.h"
#include "runtime/prefix/precision_choice.h"
#include "runtime/prefix/step_times.h"

namespace tnn::prefix {

/// What all operating points, batch sizes and contexts share: the packed weights, scales and shifts, and how pixels are numbered.
struct ModelParts {
  /// In bf16, bf16_kernel_set() is there and `kernel_set` is the best one.
  ModelParts(std::shared_ptr<const LoweredModel> lowered, const kernels::KernelSet& kernel_set, Precision precision, Tuning tuning = {});

  std::shared_ptr<const LoweredModel> model;
  const kernels::KernelSet& kernels;
  Tuning tuning;
  PlanarRegions regions;
  std::vector<kernels::ImageLayout> numbering;  ///< of each value
  StepTimes times;
  std::vector<std::optional<LayerWeights>> weights;  ///< of each step; none where it has no weights
  AffineStore affine;
  PrecisionChoice precision;

  bool uses_bf16() const { return bf16_layers() > 0; }
  int bf16_layers() const;
  int weighted_layers() const;
  const Plan& plan() const { return model->plan; }
  int64_t bytes() const;
  /// Bytes packed for a point alone.
  int64_t copied_bytes(int point) const;
};

}  // namespace tnn::prefix
