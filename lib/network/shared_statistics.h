#pragma once

#include <ATen/core/Tensor.h>

#include <functional>

namespace tnn {

/// While an object of this lives, the batch norms of training passes in this thread take their statistics over the samples of several
/// processes. `sum` adds a contiguous tensor up over them, in place; each process comes to every batch norm, if with no sample.
class SharedStatistics {
 public:
  using Sum = std::function<void(const at::Tensor&)>;
  explicit SharedStatistics(Sum sum);
  ~SharedStatistics();
  SharedStatistics(const SharedStatistics&) = delete;
  SharedStatistics& operator=(const SharedStatistics&) = delete;

  /// Whether there is one.
  static bool is_on();
  /// The sum over all processes, whose gradient is the sum of theirs. Of a tensor of float numbers.
  static at::Tensor sum(const at::Tensor& own);

 private:
  Sum sum_;
  const SharedStatistics* before_;
};

}  // namespace tnn
