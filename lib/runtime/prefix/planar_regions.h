#pragma once

#include <vector>

#include "runtime/plan.h"

namespace tnn::prefix {

/// Sets of values that can lie in planes (channel by channel) together: those between which only steps lie that have planar kernels. At an
/// operating point a region is planar as a whole or not at all.
struct PlanarRegions {
  std::vector<int> of_value;  ///< kNone: only wide
  int count = 0;
  /// Batch norms with relu that a 1x1 convolution can do while it reads (pre-activation): of each step that convolution, or kNone.
  std::vector<int> fused_into;
};

PlanarRegions find_planar_regions(const Plan& plan);

/// Whether a convolution has a kernel from planes to planes: dense, of stride 1 and centred, without residual or sigmoid.
bool has_planar_kernel(const Step& step, const Convolution& convolution);

}  // namespace tnn::prefix
