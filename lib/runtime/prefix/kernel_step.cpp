#include "runtime/prefix/kernel_step.h"

#include <cstring>

namespace tnn::prefix {

void HaloClearing::run(const RunState& state, int part, int parts) const {
  if (!runs) return;
  const Share own = kernels::share_of(state.images * planes, part, parts);
  for (int64_t item = own.begin; item < own.end; ++item) {
    float* const base = place.in(state) + item / planes * image_stride + item % planes * plane_stride;
    for (const Share& run : *runs)
      std::memset(base + run.begin * stride, 0, static_cast<size_t>((run.end - run.begin) * stride) * sizeof(float));
  }
}

}  // namespace tnn::prefix
