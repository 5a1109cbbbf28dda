#pragma once

#include <atomic>
#include <cstddef>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

namespace tnn {

/// Calls work(i) for each i in [0, count) in `workers` threads (0 or 1: the caller's), or in fewer where the system starts no more;
/// rethrows the first exception, after which no more begin.
template <typename Work>
void for_each_in_parallel(size_t count, int workers, const Work& work) {
  std::atomic<size_t> next{0};
  std::exception_ptr error;
  std::mutex mutex;
  const auto run = [&] {
    for (size_t i = next++; i < count; i = next++) {
      try {
        work(i);
      } catch (...) {
        next = count;
        const std::lock_guard lock(mutex);
        if (!error) error = std::current_exception();
      }
    }
  };
  std::vector<std::thread> threads;
  try {
    for (int i = 1; i < workers; ++i) threads.emplace_back(run);
  } catch (const std::exception&) {  // no further thread or no memory for one: those that started, and this one, do the work
  }
  run();
  for (auto& thread : threads) thread.join();
  if (error) std::rethrow_exception(error);
}

}  // namespace tnn
