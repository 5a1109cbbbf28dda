#pragma once

#include <deque>

#include "runtime/kernels/tiles.h"
#include "runtime/lowered_model.h"

namespace tnn::prefix {

/// Scale and shift of every step at every operating point, of its active channels only. Points with the same statistics share one copy:
/// the narrower ones read a prefix.
class AffineStore {
 public:
  explicit AffineStore(const LoweredModel& model);
  /// With limits that leave values as they are. Null pointers for steps that have none (NodeTraits::has_affine).
  kernels::Epilogue at(int point, size_t step) const { return places_[static_cast<size_t>(point)][step]; }
  int64_t bytes() const { return bytes_; }

 private:
  const float* intern(size_t step, std::vector<float> values);

  std::vector<std::vector<kernels::Epilogue>> places_;
  std::vector<std::deque<std::vector<float>>> stored_;  // of each step
  int64_t bytes_ = 0;
};

}  // namespace tnn::prefix
