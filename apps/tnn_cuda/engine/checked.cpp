#include "checked.h"

#include <string>

#include "core/error.h"

namespace tnn::cuda {
namespace {

[[noreturn]] void fail(const char* call, const char* reason) { throw SystemError("GPU: " + std::string(call) + ": " + reason); }

}  // namespace

void check(cudaError_t status, const char* call) {
  if (status == cudaSuccess) return;
  cudaGetLastError();  // else the next call that is checked reports it again
  fail(call, cudaGetErrorString(status));
}

void check(cublasStatus_t status, const char* call) {
  if (status != CUBLAS_STATUS_SUCCESS) fail(call, cublasLtGetStatusString(status));
}

void check(cudnnStatus_t status, const char* call) {
  if (status == CUDNN_STATUS_SUCCESS) return;
  char detail[512] = "";
  cudnnGetLastErrorString(detail, sizeof detail);
  fail(call, (std::string(cudnnGetErrorString(status)) + (detail[0] ? std::string(" (") + detail + ")" : "")).c_str());
}

}  // namespace tnn::cuda
