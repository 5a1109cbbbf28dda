#pragma once

#include <map>
#include <memory>
#include <utility>

#include "executor.h"

namespace tnn::cuda {

/// One thread's inference on the GPU. Everything from the copy of the inputs to the copy of the outputs is one CUDA graph for each
/// operating point and batch size, so that a switch is the choice of a graph. The graphs of the batch limit are made by the constructor,
/// those of smaller batches when they are first used.
class CudaContext : public EngineContext {
 public:
  CudaContext(std::shared_ptr<const GpuModel> model, const ContextOptions& options);
  void run(const float* input, int64_t batch, int point, OutputPointers outputs) override;
  int64_t memory_bytes() const override;

 private:
  /// Kernels that cuDNN compiled for a graph live in its plans.
  struct Recorded {
    Executor::Plans plans;
    ExecutableGraph graph;
  };
  const Recorded& recorded(int point, int64_t batch);
  Recorded record(int point, int64_t batch) const;
  void enqueue(int point, int64_t batch, const Executor::Plans& plans) const;
  ExecutableGraph capture(int point, int64_t batch, const Executor::Plans& plans) const;

  /// Where an output begins in host_output_ and output_: each has room for the batch limit.
  int64_t output_offset(size_t output) const;

  std::shared_ptr<const GpuModel> model_;
  const int64_t batch_limit_;
  Stream stream_;
  Executor executor_;
  PinnedBuffer host_input_, host_output_;
  DeviceBuffer input_, output_;
  std::map<std::pair<int, int64_t>, Recorded> recorded_;  // of point and batch
};

}  // namespace tnn::cuda
