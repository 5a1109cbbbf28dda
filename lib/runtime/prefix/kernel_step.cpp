#include "runtime/prefix/kernel_step.h"

#include "runtime/prefix/short_rows.h"

namespace tnn::prefix {

void HaloClearing::run(const RunState& state, int part, int parts) const {
  if (!runs) return;
  const Share own = kernels::share_of(state.images * planes, part, parts);
  for (int64_t item = own.begin; item < own.end; ++item) {
    float* const base = place.in(state) + item / planes * image_stride + item % planes * plane_stride;
    for (const Share& run : *runs) clear_row(base + run.begin * stride, (run.end - run.begin) * stride);
  }
}

}  // namespace tnn::prefix
