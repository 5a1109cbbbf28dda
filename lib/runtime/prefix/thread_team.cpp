#include "runtime/prefix/thread_team.h"

namespace tnn::prefix {
namespace {

constexpr int kBarrierSpins = 20000;  ///< some hundred microseconds: a step that one thread finishes late
constexpr int kStartSpins = 0;        ///< between tasks workers sleep at once and leave the processor to others

void pause_briefly() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

}  // namespace

ThreadTeam::ThreadTeam(int size, std::function<void(int)> task) : size_(size), task_(std::move(task)) {
  for (int member = 1; member < size_; ++member) workers_.emplace_back([this, member] { work(member); });
}

ThreadTeam::~ThreadTeam() {
  ended_.store(true);
  advance(round_);
  for (std::thread& worker : workers_) worker.join();
}

void ThreadTeam::run() {
  if (size_ > 1) advance(round_);
  task_(0);
  barrier();
}

void ThreadTeam::work(int member) {
  for (unsigned round = 0;; ++round) {
    wait_for_change(round_, round, kStartSpins);
    if (ended_.load()) return;
    task_(member);
    barrier();
  }
}

void ThreadTeam::barrier() {
  if (size_ == 1) return;
  const unsigned before = passed_.load(std::memory_order_relaxed);
  if (arrived_.fetch_add(1, std::memory_order_acq_rel) + 1 == size_) {
    arrived_.store(0, std::memory_order_relaxed);
    advance(passed_);
  } else {
    wait_for_change(passed_, before, kBarrierSpins);
  }
}

void ThreadTeam::wait_for_change(const std::atomic<unsigned>& counter, unsigned old, int spins) {
  for (int i = 0; i < spins; ++i) {
    if (counter.load(std::memory_order_acquire) != old) return;
    pause_briefly();
  }
  std::unique_lock<std::mutex> lock(mutex_);
  sleepers_.fetch_add(1);
  changed_.wait(lock, [&] { return counter.load() != old; });
  sleepers_.fetch_sub(1);
}

void ThreadTeam::advance(std::atomic<unsigned>& counter) {
  counter.fetch_add(1);
  if (sleepers_.load() == 0) return;
  const std::lock_guard<std::mutex> lock(mutex_);
  changed_.notify_all();
}

}  // namespace tnn::prefix
