#pragma once

#include <optional>
#include <vector>

#include "convolution_plan.h"
#include "gpu_model.h"
#include "products.h"
#include "runtime/gpu/program.h"

namespace tnn::cuda {

/// Puts the commands of an operating point on a stream. A contraction is, whichever is there first: a fused convolution of cuDNN; a bare
/// one and our epilogue; unfolded into a matrix (in place where there is one tap), multiplied by cuBLASLt, and our epilogue.
class Executor {
 public:
  Executor(const GpuModel& model, const ContextOptions& options, cudaStream_t stream);

  /// Of each command of a point, for one batch size: cuDNN's plan, where it is run by one.
  using Plans = std::vector<std::optional<ConvolutionPlan>>;
  Plans find_plans(size_t point, int64_t batch) const;

  /// `inputs` and `outputs`, one place for each output of the network, are on the GPU.
  void enqueue(size_t point, int64_t batch, const Plans& plans, const float* inputs, const std::vector<float*>& outputs) const;

  int64_t input_elements() const { return program_.input_elements; }
  /// Of each output, for one input.
  const std::vector<int64_t>& output_elements() const { return program_.output_elements; }
  int64_t memory_bytes() const;

 private:
  void contract(const gpu::Contraction& command, int64_t batch, const std::optional<ConvolutionPlan>& plan) const;
  void multiply(const gpu::Contraction& command, Piece piece) const;
  void convolve(const gpu::Contraction& command, int64_t batch, const ConvolutionPlan& plan) const;
  std::byte* arena_at(int64_t element) const;

  const GpuModel& model_;
  cudaStream_t stream_;
  gpu::Program program_;
  DeviceBuffer arena_, sources_, matrix_, sums_, workspace_;
  DeviceMemory memory_;
  Products products_;
  Cudnn cudnn_;
};

}  // namespace tnn::cuda
