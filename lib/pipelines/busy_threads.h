#pragma once

#include <atomic>
#include <thread>
#include <vector>

namespace tnn {

/// Load for a trial: threads that do nothing but compute, each in periods of 10 ms, of which it is busy for a share.
class BusyThreads {
 public:
  /// Starts so many idle threads; SystemError where the system starts no more.
  explicit BusyThreads(int threads);
  ~BusyThreads();
  BusyThreads(const BusyThreads&) = delete;
  BusyThreads& operator=(const BusyThreads&) = delete;

  /// How many of them are busy from now on: 1.5 is one all the time and one for half of each period.
  void set(double busy) noexcept { busy_.store(busy, std::memory_order_relaxed); }

 private:
  void work(int index) const;
  void stop();

  std::atomic<double> busy_{0};
  std::atomic<bool> stopping_{false};
  std::vector<std::thread> threads_;
};

}  // namespace tnn
