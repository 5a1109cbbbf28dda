#pragma once

#include <cuda_runtime_api.h>

#include <vector>

#include "runtime/gpu/commands.h"

namespace tnn::cuda {

/// How numbers are stored; they are computed in fp32.
enum class Storage { fp32, fp16, bf16 };
constexpr size_t bytes_of(Storage storage) { return storage == Storage::fp32 ? 4 : 2; }

/// The memories of gpu::Memory without their type, on the GPU.
struct DeviceMemory {
  Storage storage = Storage::fp32;
  void* arena = nullptr;
  const gpu::ChannelSource* sources = nullptr;
  const void* weights = nullptr;
  const gpu::GroupRow* group_rows = nullptr;
  const float* affine = nullptr;
};

/// Each puts one kernel on a stream, a thread an element, of a layer norm a warp a row (gpu/elements.h); SystemError where that fails.
void launch(const DeviceMemory& memory, const gpu::Import& command, int64_t batch, const float* inputs, cudaStream_t stream);
void launch(const DeviceMemory& memory, const gpu::Export& command, int64_t batch, float* outputs, cudaStream_t stream);
void launch(const DeviceMemory& memory, const gpu::GroupedConvolution& command, int64_t batch, cudaStream_t stream);
void launch(const DeviceMemory& memory, const gpu::Pointwise& command, int64_t batch, cudaStream_t stream);
void launch(const DeviceMemory& memory, const gpu::LayerNormalization& command, int64_t batch, cudaStream_t stream);
void launch(const DeviceMemory& memory, const gpu::Pooling& command, int64_t batch, cudaStream_t stream);
void launch(const DeviceMemory& memory, const gpu::GlobalPooling& command, int64_t batch, cudaStream_t stream);

/// Inputs [first, first + count) of a contraction.
struct Piece {
  int64_t first = 0, count = 0;
};
void launch_unfold(const DeviceMemory& memory, const gpu::Contraction& command, Piece piece, void* matrix, cudaStream_t stream);
void launch_finish(const DeviceMemory& memory, const gpu::Contraction& command, Piece piece, const float* sums, cudaStream_t stream);

/// Numbers as they are stored, rounded to nearest.
std::vector<std::byte> in_storage(Storage storage, const std::vector<float>& numbers);

}  // namespace tnn::cuda
