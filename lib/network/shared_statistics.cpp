#include "network/shared_statistics.h"

#include <c10/core/GradMode.h>
#include <torch/csrc/autograd/custom_function.h>

namespace tnn {
namespace {

thread_local const SharedStatistics* innermost = nullptr;

at::Tensor summed(const SharedStatistics::Sum& sum, const at::Tensor& own) {
  const c10::NoGradGuard no_grad;
  at::Tensor total = own.detach().clone(at::MemoryFormat::Contiguous);
  sum(total);
  return total;
}

/// Another value with the gradient of the first.
struct Replaced : torch::autograd::Function<Replaced> {
  static at::Tensor forward(torch::autograd::AutogradContext*, const at::Tensor&, const at::Tensor& value) { return value.clone(); }
  static torch::autograd::variable_list backward(torch::autograd::AutogradContext*, const torch::autograd::variable_list& gradients) {
    return {gradients.front(), at::Tensor()};
  }
};

}  // namespace

SharedStatistics::SharedStatistics(Sum sum) : sum_(std::move(sum)), before_(innermost) { innermost = this; }

SharedStatistics::~SharedStatistics() { innermost = before_; }

bool SharedStatistics::is_on() { return innermost != nullptr; }

at::Tensor SharedStatistics::sum(const at::Tensor& own) {
  const at::Tensor total = summed(innermost->sum_, own);
  if (!own.requires_grad() || !c10::GradMode::is_enabled()) return total;
  at::Tensor result = Replaced::apply(own, total);
  // The backward pass may run in a thread of its own.
  result.register_hook([sum = innermost->sum_](const at::Tensor& gradient) { return summed(sum, gradient); });
  return result;
}

}  // namespace tnn
