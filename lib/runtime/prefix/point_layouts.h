#pragma once

#include "runtime/memory_plan.h"
#include "runtime/prefix/model_parts.h"

namespace tnn::prefix {

/// How a value lies in memory at an operating point.
struct ValueLayout {
  bool planar = false, bf16 = false;
  int64_t channels = 0;      ///< active
  int64_t stride = 0;        ///< elements between pixels; planar: between planes
  int64_t image_stride = 0;  ///< elements between images
  int64_t images = 1;        ///< that it has room for
  int64_t floats = 0;        ///< in all; two bf16 elements are one

  bool operator==(const ValueLayout&) const = default;
};

ValueLayout wide_layout(const kernels::ImageLayout& numbering, int64_t channels, int64_t images, bool of_parts);
ValueLayout planar_layout(const kernels::ImageLayout& numbering, int64_t channels, int64_t images);

/// Memory of all values at one operating point, and how a batch goes through: steps before `split` take one image at a time, so that its
/// activations stay in the cache; those after it, whose weights outweigh the activations, the whole batch. At the split one value is alive.
struct PointLayouts {
  size_t split = 0;
  std::vector<ValueLayout> values;
  std::vector<bool> fused;  ///< of each step: a batch norm that the convolution after it does while it reads planes
};
PointLayouts choose_layouts(const ModelParts& parts, int point, int64_t batch_limit);

/// The rules for plan_memory(): offsets in bytes for all points.
MemoryPlan place_values(const ModelParts& parts, const std::vector<PointLayouts>& layouts);

}  // namespace tnn::prefix
