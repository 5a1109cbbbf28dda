#include <cuda_bf16.h>
#include <cuda_fp16.h>

#include <algorithm>
#include <cstddef>
#include <cstring>

#include "checked.h"
#include "kernels.h"
#include "runtime/gpu/elements.h"

namespace tnn::cuda {
namespace {

constexpr int kThreads = 256;
constexpr int64_t kMostBlocks = int64_t{1} << 30;

template <typename Body>
__global__ void __launch_bounds__(kThreads) run_elements(int64_t count, Body body) {
  const int64_t stride = static_cast<int64_t>(gridDim.x) * blockDim.x;
  for (int64_t i = static_cast<int64_t>(blockIdx.x) * blockDim.x + threadIdx.x; i < count; i += stride) body(i);
}

template <typename Body>
void launch_elements(int64_t count, Body body, cudaStream_t stream) {
  if (count == 0) return;
  const int64_t blocks = std::min((count + kThreads - 1) / kThreads, kMostBlocks);
  run_elements<<<static_cast<unsigned>(blocks), kThreads, 0, stream>>>(count, body);
  CHECKED(cudaGetLastError());
}

constexpr int kWarp = 32;

/// The sum of what each thread of a warp has, in all of them.
__device__ float warp_sum(float x) {
  for (int distance = kWarp / 2; distance > 0; distance /= 2) x += __shfl_xor_sync(0xffffffffu, x, distance);
  return x;
}

template <typename Number>
__global__ void __launch_bounds__(kThreads) normalize_rows(int64_t rows, gpu::Memory<Number> memory, gpu::LayerNormalization command) {
  const int lane = static_cast<int>(threadIdx.x) % kWarp;
  const float share = 1.0f / static_cast<float>(command.output.channels);
  const int64_t stride = static_cast<int64_t>(gridDim.x) * (kThreads / kWarp);
  for (int64_t row = (static_cast<int64_t>(blockIdx.x) * kThreads + threadIdx.x) / kWarp; row < rows; row += stride) {
    const float mean = warp_sum(gpu::row_sum(memory, command, row, lane, kWarp)) * share;
    const float variance = warp_sum(gpu::row_squares(memory, command, row, mean, lane, kWarp)) * share;
    gpu::store_row(memory, command, row, mean, variance, lane, kWarp);
  }
}

template <typename Number>
gpu::Memory<Number> typed(const DeviceMemory& memory) {
  return {static_cast<Number*>(memory.arena), memory.sources, static_cast<const Number*>(memory.weights), memory.group_rows, memory.affine};
}

/// Calls launch_as(a number of the type that is stored).
template <typename LaunchAs>
void with_storage(Storage storage, LaunchAs launch_as) {
  switch (storage) {
    case Storage::fp32:
      return launch_as(float{});
    case Storage::fp16:
      return launch_as(__half{});
    case Storage::bf16:
      return launch_as(__nv_bfloat16{});
  }
}

int64_t elements(const gpu::Image& image, int64_t batch) { return batch * image.positions * image.stride; }

// One body a command: what a thread does with its index.
template <typename Number>
struct ImportBody {
  gpu::Memory<Number> memory;
  gpu::Import command;
  const float* inputs;
  __device__ void operator()(int64_t i) const { gpu::import_element(memory, command, inputs, i); }
};
template <typename Number>
struct ExportBody {
  gpu::Memory<Number> memory;
  gpu::Export command;
  float* outputs;
  __device__ void operator()(int64_t i) const { gpu::export_element(memory, command, outputs, i); }
};
template <typename Number>
struct GroupedBody {
  gpu::Memory<Number> memory;
  gpu::GroupedConvolution command;
  __device__ void operator()(int64_t i) const { gpu::grouped_element(memory, command, i); }
};
template <typename Number>
struct PointwiseBody {
  gpu::Memory<Number> memory;
  gpu::Pointwise command;
  __device__ void operator()(int64_t i) const { gpu::pointwise_element(memory, command, i); }
};
template <typename Number>
struct PoolingBody {
  gpu::Memory<Number> memory;
  gpu::Pooling command;
  __device__ void operator()(int64_t i) const { gpu::pooling_element(memory, command, i); }
};
template <typename Number>
struct GlobalPoolingBody {
  gpu::Memory<Number> memory;
  gpu::GlobalPooling command;
  __device__ void operator()(int64_t i) const { gpu::global_pooling_element(memory, command, i); }
};
template <typename Number>
struct UnfoldBody {
  gpu::Memory<Number> memory;
  gpu::Contraction command;
  int64_t first_input;
  Number* matrix;
  __device__ void operator()(int64_t i) const { gpu::unfold_element(memory, command, first_input, matrix, i); }
};
template <typename Number>
struct FinishBody {
  gpu::Memory<Number> memory;
  gpu::Contraction command;
  int64_t first_input;
  const float* sums;
  __device__ void operator()(int64_t i) const { gpu::finish_element(memory, command, first_input, sums, i); }
};

template <template <typename> class Body, typename Command>
void launch_image(const DeviceMemory& memory, const Command& command, int64_t batch, cudaStream_t stream) {
  with_storage(memory.storage, [&](auto number) {
    using Number = decltype(number);
    launch_elements(elements(command.output, batch), Body<Number>{typed<Number>(memory), command}, stream);
  });
}

template <typename Number>
std::vector<std::byte> converted(const std::vector<float>& numbers) {
  std::vector<Number> stored;
  stored.reserve(numbers.size());
  for (const float x : numbers) stored.push_back(static_cast<Number>(x));
  std::vector<std::byte> bytes(stored.size() * sizeof(Number));
  if (!bytes.empty()) std::memcpy(bytes.data(), stored.data(), bytes.size());
  return bytes;
}

}  // namespace

void launch(const DeviceMemory& memory, const gpu::Import& command, int64_t batch, const float* inputs, cudaStream_t stream) {
  with_storage(memory.storage, [&](auto number) {
    using Number = decltype(number);
    launch_elements(elements(command.output, batch), ImportBody<Number>{typed<Number>(memory), command, inputs}, stream);
  });
}

void launch(const DeviceMemory& memory, const gpu::Export& command, int64_t batch, float* outputs, cudaStream_t stream) {
  with_storage(memory.storage, [&](auto number) {
    using Number = decltype(number);
    launch_elements(batch * command.read.channels * command.positions, ExportBody<Number>{typed<Number>(memory), command, outputs}, stream);
  });
}

void launch(const DeviceMemory& memory, const gpu::GroupedConvolution& command, int64_t batch, cudaStream_t stream) {
  launch_image<GroupedBody>(memory, command, batch, stream);
}
void launch(const DeviceMemory& memory, const gpu::Pointwise& command, int64_t batch, cudaStream_t stream) {
  launch_image<PointwiseBody>(memory, command, batch, stream);
}
void launch(const DeviceMemory& memory, const gpu::LayerNormalization& command, int64_t batch, cudaStream_t stream) {
  const int64_t rows = batch * command.output.positions, blocks = (rows * kWarp + kThreads - 1) / kThreads;
  if (rows == 0) return;
  with_storage(memory.storage, [&](auto number) {
    using Number = decltype(number);
    normalize_rows<<<static_cast<unsigned>(std::min(blocks, kMostBlocks)), kThreads, 0, stream>>>(rows, typed<Number>(memory), command);
    CHECKED(cudaGetLastError());
  });
}
void launch(const DeviceMemory& memory, const gpu::Pooling& command, int64_t batch, cudaStream_t stream) {
  launch_image<PoolingBody>(memory, command, batch, stream);
}
void launch(const DeviceMemory& memory, const gpu::GlobalPooling& command, int64_t batch, cudaStream_t stream) {
  launch_image<GlobalPoolingBody>(memory, command, batch, stream);
}

void launch_unfold(const DeviceMemory& memory, const gpu::Contraction& command, Piece piece, void* matrix, cudaStream_t stream) {
  with_storage(memory.storage, [&](auto number) {
    using Number = decltype(number);
    const int64_t count = piece.count * command.output.positions * gpu::tap_count(command.taps) * command.width;
    launch_elements(count, UnfoldBody<Number>{typed<Number>(memory), command, piece.first, static_cast<Number*>(matrix)}, stream);
  });
}

void launch_finish(const DeviceMemory& memory, const gpu::Contraction& command, Piece piece, const float* sums, cudaStream_t stream) {
  with_storage(memory.storage, [&](auto number) {
    using Number = decltype(number);
    launch_elements(elements(command.output, piece.count), FinishBody<Number>{typed<Number>(memory), command, piece.first, sums}, stream);
  });
}

std::vector<std::byte> in_storage(Storage storage, const std::vector<float>& numbers) {
  std::vector<std::byte> bytes;
  with_storage(storage, [&](auto number) { bytes = converted<decltype(number)>(numbers); });
  return bytes;
}

}  // namespace tnn::cuda
