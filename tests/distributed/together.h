#pragma once

#include <exception>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

#include "distributed/process_group.h"
#include "temporary_folder.h"

namespace tnn {

/// Runs `work` as every rank of a group of `size` at once, each in a thread of this process; rethrows what the lowest rank that failed
/// threw.
inline void run_together(int size, const std::function<void(const std::shared_ptr<const ProcessGroup>&)>& work,
                         std::chrono::milliseconds timeout = std::chrono::seconds(60)) {
  const TemporaryFolder folder;
  std::vector<std::exception_ptr> faults(static_cast<size_t>(size));
  std::vector<std::thread> threads;
  for (int rank = 0; rank < size; ++rank)
    threads.emplace_back([&, rank] {
      try {
        Rendezvous place;
        place.rank = place.local_rank = rank;
        place.size = place.local_size = size;
        place.file = folder.path() / "store";
        work(std::make_shared<const ProcessGroup>(place, timeout));
      } catch (...) {
        faults[static_cast<size_t>(rank)] = std::current_exception();
      }
    });
  for (std::thread& thread : threads) thread.join();
  for (const std::exception_ptr& fault : faults)
    if (fault) std::rethrow_exception(fault);
}

}  // namespace tnn
