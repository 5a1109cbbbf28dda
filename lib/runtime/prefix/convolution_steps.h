#pragma once

#include "runtime/kernels/local_convolution.h"
#include "runtime/kernels/winograd.h"
#include "runtime/prefix/kernel_step.h"

namespace tnn::prefix {

/// A dense or grouped convolution or a linear layer: pieces of outputs, each a wide convolution.
template <typename Element>
class WideStep : public KernelStep {
 public:
  struct Piece {
    kernels::BasicWideConvolution<Element> convolution;
    int64_t output_channel = 0;
  };
  WideStep(std::vector<Piece> pieces, Place output, Place residual);
  int64_t work(int64_t images) const override;
  void run(const RunState& state, Share share) const override;
  std::string describe() const override;

 private:
  std::vector<Piece> pieces_;
  Place output_, residual_;
};
extern template class WideStep<float>;
extern template class WideStep<kernels::Bf16>;

/// A 3x3 convolution by minimal filtering.
class WinogradStep : public KernelStep {
 public:
  WinogradStep(std::unique_ptr<const kernels::WinogradConvolution> convolution, Place output, Place residual)
      : convolution_(std::move(convolution)), output_(output), residual_(residual) {}
  int64_t work(int64_t images) const override { return convolution_->work(images); }
  void run(const RunState& state, Share share) const override;
  int64_t scratch_floats() const override { return convolution_->scratch_floats(); }
  std::string describe() const override { return convolution_->transforms_filters() ? "winograd, transforming" : "winograd"; }

 private:
  std::unique_ptr<const kernels::WinogradConvolution> convolution_;
  Place output_, residual_;
};

/// A depthwise convolution, or one with groups of 4, 8 or 16 channels.
class LocalStep : public KernelStep {
 public:
  LocalStep(const kernels::LocalConvolution::Options& options, Place input, Place output, Place residual);
  int64_t work(int64_t images) const override { return convolution_.work(images); }
  void run(const RunState& state, Share share) const override;
  std::string describe() const override;

 private:
  kernels::LocalConvolution convolution_;
  int64_t group_size_;
  Place input_, output_, residual_;
};

}  // namespace tnn::prefix
