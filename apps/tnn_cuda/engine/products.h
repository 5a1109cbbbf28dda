#pragma once

#include "kernels.h"
#include "owned.h"
#include "runtime/engine.h"

namespace tnn::cuda {

/// Matrix products by cuBLASLt: sums[rows][outputs] = matrix[rows][columns] x weights[outputs][columns], sums in fp32. `weight_row`:
/// elements from one output's weights to the next.
struct ProductShape {
  int64_t rows = 0, columns = 0, outputs = 0, weight_row = 0;
};

class Products {
 public:
  explicit Products(Precision precision);
  void launch(const ProductShape& shape, const void* matrix, const void* weights, float* sums, cudaStream_t stream) const;
  size_t memory_bytes() const { return workspace_.bytes(); }

 private:
  Precision precision_;
  CublasLt handle_;
  DeviceBuffer workspace_;
};

Storage storage_of(Precision precision);

}  // namespace tnn::cuda
