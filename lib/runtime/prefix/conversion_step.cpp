#include "runtime/prefix/conversion_step.h"

namespace tnn::prefix {

void ConversionStep::run(const RunState& state, Share share) const {
  const kernels::Bf16KernelSet& kernels = *kernels::bf16_kernel_set();
  const int64_t first = share.begin * stride_, count = (share.end - share.begin) * stride_;
  if (to_ == To::bf16)
    kernels.to_bf16(source_.in(state) + first, target_.in<kernels::Bf16>(state) + first, count);
  else
    kernels.to_float(source_.in<kernels::Bf16>(state) + first, target_.in(state) + first, count);
}

}  // namespace tnn::prefix
