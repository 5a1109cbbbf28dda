#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <thread>
#include <vector>

namespace tnn::prefix {

/// A piece of work that several threads do together, part by part; parts are in any order.
class SharedTask {
 public:
  virtual ~SharedTask() = default;
  virtual void run_part(int part, int parts) const = 0;
};

/// Threads that help their owner through a row of tasks. Parts go to whoever comes first, so that a thread that the system holds back
/// delays nobody by more than the part it holds (or what that part takes at a time). Helpers look out for work between begin() and end();
/// after a while without any (the others are at a part that takes long) they sleep until the next task.
class ThreadTeam {
 public:
  /// `size` counts the owner; where the system starts no more, the team is smaller.
  explicit ThreadTeam(int size);
  ~ThreadTeam();
  ThreadTeam(const ThreadTeam&) = delete;
  ThreadTeam& operator=(const ThreadTeam&) = delete;

  int size() const { return static_cast<int>(helpers_.size()) + 1; }
  void begin();
  /// All parts of a task, 1 to 65535; returns when they are done. Allocates nothing; the task must not throw.
  void run(const SharedTask& task, int parts);
  void end() { active_.store(false, std::memory_order_release); }

 private:
  void wake_helpers();
  void help();
  void help_while_active();
  bool has_parts_left() const;
  /// Takes and does one part of the task in hand; false where none is left.
  bool take_part();

  const SharedTask* task_ = nullptr;
  std::atomic<uint64_t> ticket_{0};  ///< number of the task (32 bits), its parts (16), the next part (16)
  std::atomic<int> done_{0};
  std::atomic<bool> active_{false};
  std::atomic<int> asleep_{0};  ///< helpers that are, or are about to be, and have not been woken; changed under the mutex
  std::mutex mutex_;
  std::condition_variable wake_;
  uint64_t round_ = 0;  ///< counts the calls to wake; under the mutex
  bool ended_ = false;  ///< under the mutex
  std::vector<std::thread> helpers_;
};

}  // namespace tnn::prefix
