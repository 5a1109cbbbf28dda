#pragma once

#include <optional>

#include "runtime/kernels/kernel_set.h"
#include "runtime/prefix/affine_store.h"
#include "runtime/prefix/layer_weights.h"
#include "runtime/prefix/numbering.h"

namespace tnn::prefix {

/// What all operating points, batch sizes and contexts share: the packed weights, scales and shifts, and how pixels are numbered.
struct ModelParts {
  ModelParts(std::shared_ptr<const LoweredModel> lowered, const kernels::KernelSet& kernel_set);

  std::shared_ptr<const LoweredModel> model;
  const kernels::KernelSet& kernels;
  PlanarRegions regions;
  std::vector<kernels::ImageLayout> numbering;       ///< of each value
  std::vector<std::optional<LayerWeights>> weights;  ///< of each step; none where it has no weights
  AffineStore affine;

  const Plan& plan() const { return model->plan; }
  int64_t bytes() const;
  /// Bytes packed for a point alone.
  int64_t copied_bytes(int point) const;
};

}  // namespace tnn::prefix
