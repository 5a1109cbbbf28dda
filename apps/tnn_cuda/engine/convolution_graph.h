#pragma once

#include <vector>

#include "backend_descriptor.h"
#include "kernels.h"
#include "runtime/engine.h"

namespace tnn::cuda {

/// Where the numbers of a convolution lie on the GPU.
struct ConvolutionPointers {
  void *input = nullptr, *weights = nullptr, *output = nullptr;
  void *scale = nullptr, *shift = nullptr, *residual = nullptr;  ///< of the fused form
};

/// The operations of a contraction in cuDNN's graph interface, channels last. Fused: convolution, times scale, plus shift, plus residual,
/// activation, stored as the arena stores numbers. Bare: the convolution's sums in fp32. Channels count with their padding, whose weights,
/// scale and shift are 0.
class ConvolutionGraph {
 public:
  ConvolutionGraph(cudnnHandle_t handle, const gpu::Contraction& command, int64_t batch, Precision precision, bool fused);
  ConvolutionGraph(const ConvolutionGraph&) = delete;
  ConvolutionGraph& operator=(const ConvolutionGraph&) = delete;

  /// Whether cuDNN can be asked for this contraction at all: one stored value as input, and as residual; fused, no sigmoid (of 0 padding it
  /// would make 1/2).
  static bool is_possible(const gpu::Contraction& command, bool fused);

  const BackendDescriptor& graph() const { return graph_; }
  /// Executes a plan of this graph.
  void execute(cudnnHandle_t handle, const BackendDescriptor& plan, const ConvolutionPointers& pointers, void* workspace) const;

 private:
  enum Tensor : int64_t { kInput = 1, kWeights, kOutput, kScale, kShift, kResidual, kFirstVirtual };

  size_t add_tensor(int64_t id, const std::vector<int64_t>& sizes, const std::vector<int64_t>& strides, cudnnDataType_t type,
                    bool is_virtual);
  /// A tensor that exists inside a fused kernel only.
  size_t add_virtual();
  void add_convolution(size_t input, size_t weights, size_t output);
  void add_pointwise(cudnnPointwiseMode_t mode, size_t x, size_t b, size_t y);
  void add_activation(size_t x, size_t y);
  void add_epilogue(size_t sums, size_t output);
  void finish(cudnnHandle_t handle);

  gpu::Contraction command_;
  bool fused_;
  std::vector<int64_t> output_sizes_, output_strides_;
  std::vector<BackendDescriptor> tensors_, settings_, operations_;
  std::vector<int64_t> bound_;  ///< ids of the tensors that have memory
  BackendDescriptor graph_;
};

}  // namespace tnn::cuda
