#pragma once

#include <memory>
#include <type_traits>
#include <vector>

#include "checked.h"

namespace tnn::cuda {

/// What CUDA hands out and wants back; given back without a look at the status, as the process may be ending.
template <typename Handle, auto give_back>
struct GiveBack {
  void operator()(Handle handle) const { static_cast<void>(give_back(handle)); }
};
template <typename Handle, auto give_back>
using Owned = std::unique_ptr<std::remove_pointer_t<Handle>, GiveBack<Handle, give_back>>;

using Stream = Owned<cudaStream_t, cudaStreamDestroy>;
using CapturedGraph = Owned<cudaGraph_t, cudaGraphDestroy>;
using ExecutableGraph = Owned<cudaGraphExec_t, cudaGraphExecDestroy>;
using CublasLt = Owned<cublasLtHandle_t, cublasLtDestroy>;
using Cudnn = Owned<cudnnHandle_t, cudnnDestroy>;

inline Stream make_stream() {
  cudaStream_t stream = nullptr;
  CHECKED(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking));
  return Stream(stream);
}
inline CublasLt make_cublas() {
  cublasLtHandle_t handle = nullptr;
  CHECKED(cublasLtCreate(&handle));
  return CublasLt(handle);
}
inline Cudnn make_cudnn(cudaStream_t stream) {
  cudnnHandle_t handle = nullptr;
  CHECKED(cudnnCreate(&handle));
  Cudnn owned(handle);
  CHECKED(cudnnSetStream(handle, stream));
  return owned;
}

/// Memory of the GPU.
class DeviceBuffer {
 public:
  DeviceBuffer() = default;
  explicit DeviceBuffer(size_t bytes) : bytes_(bytes) {
    void* memory = nullptr;
    if (bytes > 0) CHECKED(cudaMalloc(&memory, bytes));
    memory_.reset(memory);
  }
  template <typename Element>
  static DeviceBuffer holding(const std::vector<Element>& elements) {
    DeviceBuffer buffer(elements.size() * sizeof(Element));
    if (buffer.bytes_ > 0) CHECKED(cudaMemcpy(buffer.get(), elements.data(), buffer.bytes_, cudaMemcpyHostToDevice));
    return buffer;
  }
  void* get() const { return memory_.get(); }
  template <typename Element>
  Element* as() const {
    return static_cast<Element*>(memory_.get());
  }
  size_t bytes() const { return bytes_; }

 private:
  struct Free {
    void operator()(void* memory) const { static_cast<void>(cudaFree(memory)); }
  };
  size_t bytes_ = 0;
  std::unique_ptr<void, Free> memory_;
};

/// Memory of the host that the GPU reads and writes by itself.
class PinnedBuffer {
 public:
  explicit PinnedBuffer(size_t bytes) : bytes_(bytes) {
    void* memory = nullptr;
    CHECKED(cudaMallocHost(&memory, bytes));
    memory_.reset(memory);
  }
  float* floats() const { return static_cast<float*>(memory_.get()); }
  size_t bytes() const { return bytes_; }

 private:
  struct Free {
    void operator()(void* memory) const { static_cast<void>(cudaFreeHost(memory)); }
  };
  size_t bytes_ = 0;
  std::unique_ptr<void, Free> memory_;
};

}  // namespace tnn::cuda
