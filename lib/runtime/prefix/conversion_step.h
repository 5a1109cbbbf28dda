#pragma once

#include "runtime/kernels/kernel_set.h"
#include "runtime/prefix/kernel_step.h"

namespace tnn::prefix {

/// A whole value, halo and all, from fp32 to bf16 or back: around steps that have no kernels for bf16.
class ConversionStep : public KernelStep {
 public:
  enum class To { fp32, bf16 };
  /// `pixels` of an image, `stride` elements each, which lie alike on both sides.
  ConversionStep(To to, Place source, Place target, int64_t pixels, int64_t stride)
      : to_(to), source_(source), target_(target), pixels_(pixels), stride_(stride) {}
  int64_t work(int64_t images) const override { return images * pixels_; }
  void run(const RunState& state, Share share) const override;
  std::string describe() const override { return to_ == To::fp32 ? "to fp32" : "to bf16"; }

 private:
  To to_;
  Place source_, target_;
  int64_t pixels_, stride_;
};

}  // namespace tnn::prefix
