#include "training/step_share.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>
#include <c10/core/GradMode.h>

namespace tnn {

at::Tensor StepShare::own(const at::Tensor& all) const {
  if (samples.count() == samples.size) return all;
  return all.index_select(-1, at::tensor(samples.positions, at::kLong).to(all.device()));
}

at::Tensor StepShare::whole(const at::Tensor& own) const {
  if (!group) return own;
  const c10::NoGradGuard no_grad;
  std::vector<int64_t> sizes = own.sizes().vec();
  sizes.back() = samples.size;
  const at::Tensor all = at::zeros(sizes, own.options());
  all.index_copy_(-1, at::tensor(samples.positions, at::kLong).to(own.device()), own.detach());
  group->sum(all);
  return all;
}

}  // namespace tnn
