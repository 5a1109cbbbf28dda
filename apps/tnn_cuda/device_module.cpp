#include <cuda_runtime_api.h>

#include <cstdio>

/// The GPU module: what lib/network/cuda_module.cpp looks up after loading it. Being linked to LibTorch's GPU part, it brings that in too;
/// code that calls c10::cuda or launches kernels of our own belongs here, never in lib/.

namespace {

int copy_text(const char* text, char* buffer, int size) { return std::snprintf(buffer, static_cast<size_t>(size), "%s", text); }

}  // namespace

extern "C" {

int tnn_cuda_device_count() {
  int count = 0;
  return cudaGetDeviceCount(&count) == cudaSuccess ? count : 0;
}

/// Why the count is 0, or "" where it is not. Returns the length of the whole text, as snprintf does.
int tnn_cuda_device_fault(char* buffer, int size) {
  int count = 0;
  const cudaError_t error = cudaGetDeviceCount(&count);
  return copy_text(error == cudaSuccess ? "" : cudaGetErrorString(error), buffer, size);
}

int tnn_cuda_device_name(int index, char* buffer, int size) {
  cudaDeviceProp properties;
  const cudaError_t error = cudaGetDeviceProperties(&properties, index);
  return copy_text(error == cudaSuccess ? properties.name : cudaGetErrorString(error), buffer, size);
}

/// All of the GPU's memory, used or free; 0 where there is no such GPU.
long long tnn_cuda_memory_bytes(int index) {
  cudaDeviceProp properties;
  return cudaGetDeviceProperties(&properties, index) == cudaSuccess ? static_cast<long long>(properties.totalGlobalMem) : 0;
}
}
