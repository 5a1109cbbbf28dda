#include "products.h"

#include <string>

#include "core/error.h"

namespace tnn::cuda {
namespace {

constexpr size_t kWorkspaceBytes = size_t{32} << 20;

using Operation = Owned<cublasLtMatmulDesc_t, cublasLtMatmulDescDestroy>;
using Layout = Owned<cublasLtMatrixLayout_t, cublasLtMatrixLayoutDestroy>;
using Preference = Owned<cublasLtMatmulPreference_t, cublasLtMatmulPreferenceDestroy>;

cudaDataType_t data_type(Precision precision) {
  switch (storage_of(precision)) {
    case Storage::fp16:
      return CUDA_R_16F;
    case Storage::bf16:
      return CUDA_R_16BF;
    default:
      return CUDA_R_32F;
  }
}

/// weights transposed x matrix, as cuBLAS counts in columns.
Operation make_operation(Precision precision) {
  const cublasComputeType_t compute = precision == Precision::tf32 ? CUBLAS_COMPUTE_32F_FAST_TF32 : CUBLAS_COMPUTE_32F;
  cublasLtMatmulDesc_t made = nullptr;
  CHECKED(cublasLtMatmulDescCreate(&made, compute, CUDA_R_32F));
  Operation operation(made);
  const cublasOperation_t transpose = CUBLAS_OP_T;
  CHECKED(cublasLtMatmulDescSetAttribute(made, CUBLASLT_MATMUL_DESC_TRANSA, &transpose, sizeof transpose));
  return operation;
}

/// A matrix of ours, rows one after the other, is its transpose to cuBLAS.
Layout make_layout(cudaDataType_t type, int64_t rows, int64_t columns, int64_t row) {
  cublasLtMatrixLayout_t made = nullptr;
  CHECKED(cublasLtMatrixLayoutCreate(&made, type, static_cast<uint64_t>(columns), static_cast<uint64_t>(rows), row));
  return Layout(made);
}

Preference make_preference() {
  cublasLtMatmulPreference_t made = nullptr;
  CHECKED(cublasLtMatmulPreferenceCreate(&made));
  Preference preference(made);
  CHECKED(cublasLtMatmulPreferenceSetAttribute(made, CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES, &kWorkspaceBytes, sizeof kWorkspaceBytes));
  return preference;
}

}  // namespace

Storage storage_of(Precision precision) {
  if (precision == Precision::fp16) return Storage::fp16;
  return precision == Precision::bf16 ? Storage::bf16 : Storage::fp32;
}

Products::Products(Precision precision) : precision_(precision), handle_(make_cublas()), workspace_(kWorkspaceBytes) {}

void Products::launch(const ProductShape& shape, const void* matrix, const void* weights, float* sums, cudaStream_t stream) const {
  const Operation operation = make_operation(precision_);
  const cudaDataType_t type = data_type(precision_);
  const Layout a = make_layout(type, shape.outputs, shape.columns, shape.weight_row);
  const Layout b = make_layout(type, shape.rows, shape.columns, shape.columns);
  const Layout c = make_layout(CUDA_R_32F, shape.rows, shape.outputs, shape.outputs);
  const Preference preference = make_preference();
  cublasLtMatmulHeuristicResult_t best{};
  int found = 0;
  CHECKED(cublasLtMatmulAlgoGetHeuristic(handle_.get(), operation.get(), a.get(), b.get(), c.get(), c.get(), preference.get(), 1, &best,
                                         &found));
  if (found == 0)
    throw SystemError("GPU: cuBLASLt has no product of " + std::to_string(shape.rows) + " x " + std::to_string(shape.columns) + " by " +
                      std::to_string(shape.outputs) + " in " + precision_name(precision_));
  const float one = 1.0f, zero = 0.0f;
  CHECKED(cublasLtMatmul(handle_.get(), operation.get(), &one, weights, a.get(), matrix, b.get(), &zero, sums, c.get(), sums, c.get(),
                         &best.algo, workspace_.get(), workspace_.bytes(), stream));
}

}  // namespace tnn::cuda
