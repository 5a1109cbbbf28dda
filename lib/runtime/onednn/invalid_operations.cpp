#include "runtime/onednn/invalid_operations.h"

namespace tnn::onednn {

InvalidOperations::InvalidOperations(int threads) : threads_(threads) {
  std::fegetexceptflag(&before_, FE_INVALID);
#pragma omp parallel num_threads(threads_) if (threads_ > 1)
  std::feclearexcept(FE_INVALID);
}

InvalidOperations::~InvalidOperations() { std::fesetexceptflag(&before_, FE_INVALID); }

bool InvalidOperations::any() const {
  int raised = 0;
#pragma omp parallel num_threads(threads_) if (threads_ > 1) reduction(| : raised)
  raised |= std::fetestexcept(FE_INVALID);
  return raised != 0;
}

}  // namespace tnn::onednn
