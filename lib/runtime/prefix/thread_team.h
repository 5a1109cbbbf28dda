#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace tnn::prefix {

/// Threads that work on one task together; they sleep between tasks. Within a task a barrier spins for some microseconds before it sleeps,
/// so that steps of a network follow one another without a system call.
class ThreadTeam {
 public:
  /// `size` counts the caller; `task(member)` is what run() lets every member do, member in [0, size).
  ThreadTeam(int size, std::function<void(int)> task);
  ~ThreadTeam();
  ThreadTeam(const ThreadTeam&) = delete;
  ThreadTeam& operator=(const ThreadTeam&) = delete;

  int size() const { return size_; }
  /// The task once, by all members; returns when all are done. The task must not throw. Allocates nothing.
  void run();
  /// Within a task: waits until all members are here.
  void barrier();

 private:
  void work(int member);
  /// Waits until `counter` is no longer `old`.
  void wait_for_change(const std::atomic<unsigned>& counter, unsigned old, int spins);
  void advance(std::atomic<unsigned>& counter);

  const int size_;
  const std::function<void(int)> task_;
  std::atomic<unsigned> round_{0};   ///< counts tasks
  std::atomic<unsigned> passed_{0};  ///< counts barriers
  std::atomic<int> arrived_{0};
  std::atomic<int> sleepers_{0};
  std::atomic<bool> ended_{false};
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::thread> workers_;
};

}  // namespace tnn::prefix
