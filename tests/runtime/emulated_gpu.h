#pragma once

#include <vector>

#include "runtime/gpu/program.h"

/// Runs a GPU program on the CPU, one element after the other, by the functions that the GPU's threads run: packing, tables, memory plan
/// and kernels are tested without a GPU; what is left to a GPU are the libraries' products and convolutions, which must do what product()
/// does.
class EmulatedGpu {
 public:
  EmulatedGpu(const tnn::LoweredModel& model, int64_t batch_limit);
  /// Outputs at full width.
  std::vector<float> run(const std::vector<float>& input, int64_t batch, size_t point);
  const tnn::gpu::PackedWeights& weights() const { return weights_; }

 private:
  void contract(const tnn::gpu::Contraction& command, int64_t batch);

  tnn::gpu::PackedWeights weights_;
  tnn::gpu::Program program_;
  std::vector<float> arena_;
};
