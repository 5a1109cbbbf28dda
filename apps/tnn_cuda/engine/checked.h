#pragma once

#include <cublasLt.h>
#include <cuda_runtime_api.h>
#include <cudnn.h>

namespace tnn::cuda {

/// SystemError with the name of the call and CUDA's words where a call did not succeed. Use by CHECKED(call).
void check(cudaError_t status, const char* call);
void check(cublasStatus_t status, const char* call);
void check(cudnnStatus_t status, const char* call);

}  // namespace tnn::cuda

#define CHECKED(call) ::tnn::cuda::check((call), #call)
