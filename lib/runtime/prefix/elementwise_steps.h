#pragma once

#include "runtime/kernels/elementwise.h"
#include "runtime/kernels/pooling.h"
#include "runtime/prefix/kernel_step.h"

namespace tnn::prefix {

/// Part of an operand and where its channels begin in the result.
struct PartPlace {
  WidePlace from;
  int64_t channel = 0;
};

/// A batch norm that no convolution could take: limit(scale x + shift) of one or more parts, side by side.
class AffineStep : public KernelStep {
 public:
  AffineStep(const kernels::KernelSet& kernels, std::vector<PartPlace> parts, WidePlace output, kernels::Epilogue epilogue,
             int64_t pixels_per_image);
  int64_t work(int64_t images) const override { return images * pixels_; }
  void run(const RunState& state, Share share) const override;
  std::string describe() const override { return "scale and shift"; }

 private:
  const kernels::KernelSet& kernels_;
  std::vector<PartPlace> parts_;
  WidePlace output_;
  kernels::Epilogue epilogue_;
  int64_t pixels_;
};

/// A layer norm: limit(scale x normalised + shift).
class LayerNormStep : public KernelStep {
 public:
  LayerNormStep(const kernels::KernelSet& kernels, WidePlace input, WidePlace output, float epsilon, kernels::Epilogue epilogue,
                int64_t pixels_per_image)
      : kernels_(kernels), input_(input), output_(output), epsilon_(epsilon), epilogue_(epilogue), pixels_(pixels_per_image) {}
  int64_t work(int64_t images) const override { return images * pixels_; }
  void run(const RunState& state, Share share) const override;
  std::string describe() const override { return "layer norm"; }

 private:
  const kernels::KernelSet& kernels_;
  WidePlace input_, output_;
  float epsilon_;
  kernels::Epilogue epilogue_;
  int64_t pixels_;
};

/// limit(sum of one or more operands of the same channels); of one: an activation or a copy.
class SumStep : public KernelStep {
 public:
  SumStep(const kernels::KernelSet& kernels, std::vector<WidePlace> operands, WidePlace output, float lower, float upper,
          int64_t pixels_per_image);
  int64_t work(int64_t images) const override { return images * pixels_; }
  void run(const RunState& state, Share share) const override;
  std::string describe() const override { return operands_.size() == 1 ? "limit" : "sum"; }

 private:
  const kernels::KernelSet& kernels_;
  std::vector<WidePlace> operands_;
  WidePlace output_;
  float lower_, upper_;
  int64_t pixels_;
};

class SigmoidStep : public KernelStep {
 public:
  SigmoidStep(WidePlace input, WidePlace output, int64_t pixels_per_image) : input_(input), output_(output), pixels_(pixels_per_image) {}
  int64_t work(int64_t images) const override { return images * pixels_; }
  void run(const RunState& state, Share share) const override;
  std::string describe() const override { return "sigmoid"; }

 private:
  WidePlace input_, output_;
  int64_t pixels_;
};

/// Channels in another order, or zeros (from -1).
class ShuffleStep : public KernelStep {
 public:
  ShuffleStep(WidePlace input, WidePlace output, std::vector<int32_t> from, int64_t pixels_per_image)
      : input_(input), output_(output), from_(std::move(from)), pixels_(pixels_per_image) {}
  int64_t work(int64_t images) const override { return images * pixels_; }
  void run(const RunState& state, Share share) const override;
  std::string describe() const override { return "permute"; }

 private:
  WidePlace input_, output_;
  std::vector<int32_t> from_;
  int64_t pixels_;
};

/// Pooling over windows or whole maps, part by part.
class PoolingStep : public KernelStep {
 public:
  PoolingStep(const kernels::KernelSet& kernels, const kernels::PoolMap& map, PoolKind kind, std::vector<PartPlace> parts,
              WidePlace output);
  int64_t work(int64_t images) const override { return steps_.front().work(images); }
  void run(const RunState& state, Share share) const override;
  std::string describe() const override { return "pool"; }

 private:
  std::vector<PartPlace> parts_;
  std::vector<kernels::PoolStep> steps_;
  WidePlace output_;
};

}  // namespace tnn::prefix
