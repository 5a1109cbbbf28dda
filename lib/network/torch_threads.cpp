#include "network/torch_threads.h"

#include <ATen/Parallel.h>

#include <algorithm>

#include "core/processor.h"

namespace tnn {

int set_torch_threads(int wanted) {
  // For each of them LibTorch starts two, beside the caller: one of OpenMP, which ends the process where it cannot, and one of pthreadpool,
  // which then waits for ever.
  const int startable = startable_threads(2 * wanted - 1);
  const int threads = std::max(1, std::min(wanted, (startable + 1) / 2));
  at::set_num_threads(threads);
  return threads;
}

}  // namespace tnn
