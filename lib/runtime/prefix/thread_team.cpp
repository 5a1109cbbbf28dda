#include "runtime/prefix/thread_team.h"

namespace tnn::prefix {
namespace {

constexpr int kSpins = 20000;  ///< without work, before a helper sleeps: some hundred microseconds

void pause_briefly() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

uint64_t parts_of(uint64_t ticket) { return ticket >> 16 & 0xFFFF; }
uint64_t next_of(uint64_t ticket) { return ticket & 0xFFFF; }

}  // namespace

ThreadTeam::ThreadTeam(int size) {
  try {
    for (int i = 1; i < size; ++i) helpers_.emplace_back([this] { help(); });
  } catch (const std::exception&) {  // no further thread, or no memory for one: those that started do the work
  }
}

ThreadTeam::~ThreadTeam() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    ended_ = true;
  }
  wake_.notify_all();
  for (std::thread& helper : helpers_) helper.join();
}

void ThreadTeam::begin() {
  if (helpers_.empty()) return;
  active_.store(true, std::memory_order_release);
  wake_helpers();
}

void ThreadTeam::wake_helpers() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    ++round_;
    asleep_.store(0, std::memory_order_relaxed);
  }
  wake_.notify_all();
}

void ThreadTeam::run(const SharedTask& task, int parts) {
  if (parts == 1 || helpers_.empty()) {
    for (int part = 0; part < parts; ++part) task.run_part(part, parts);
    return;
  }
  task_ = &task;
  done_.store(0, std::memory_order_relaxed);
  const uint64_t number = (ticket_.load(std::memory_order_relaxed) >> 32) + 1;
  // In one order with asleep_: a helper that goes to sleep sees the task, or is seen.
  ticket_.store(number << 32 | static_cast<uint64_t>(parts) << 16, std::memory_order_seq_cst);
  if (asleep_.load(std::memory_order_seq_cst) > 0) wake_helpers();
  while (take_part()) {
  }
  for (int spins = 0; done_.load(std::memory_order_acquire) != parts; ++spins)
    if (spins < kSpins / 10)
      pause_briefly();
    else
      std::this_thread::yield();  // whoever holds the last part may be waiting for this processor
}

bool ThreadTeam::has_parts_left() const {
  const uint64_t ticket = ticket_.load(std::memory_order_seq_cst);
  return next_of(ticket) < parts_of(ticket);
}

bool ThreadTeam::take_part() {
  uint64_t ticket = ticket_.load(std::memory_order_acquire);
  while (next_of(ticket) < parts_of(ticket)) {
    // The task cannot change before the part that is taken here is done.
    if (!ticket_.compare_exchange_weak(ticket, ticket + 1, std::memory_order_acq_rel, std::memory_order_acquire)) continue;
    task_->run_part(static_cast<int>(next_of(ticket)), static_cast<int>(parts_of(ticket)));
    done_.fetch_add(1, std::memory_order_release);
    return true;
  }
  return false;
}

void ThreadTeam::help() {
  uint64_t seen = 0;
  while (true) {
    {
      std::unique_lock<std::mutex> lock(mutex_);
      if (round_ == seen) {
        asleep_.fetch_add(1, std::memory_order_seq_cst);
        wake_.wait(lock, [&] { return round_ != seen || ended_ || has_parts_left(); });
        if (round_ == seen) asleep_.fetch_sub(1, std::memory_order_relaxed);  // else whoever woke it did
      }
      if (ended_) return;
      seen = round_;
    }
    help_while_active();
  }
}

void ThreadTeam::help_while_active() {
  for (int spins = 0; spins < kSpins && active_.load(std::memory_order_acquire); ++spins) {
    if (take_part())
      spins = 0;
    else
      pause_briefly();
  }
}

}  // namespace tnn::prefix
