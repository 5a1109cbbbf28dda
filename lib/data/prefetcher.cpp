#include "data/prefetcher.h"

#include <utility>

namespace tnn {

Prefetcher::Prefetcher(Make make, int workers)
    : make_(std::move(make)), workers_(static_cast<size_t>(workers)), slots_(2 * static_cast<size_t>(workers)) {}

void Prefetcher::start(int64_t first, int64_t last) {
  stop();
  for (auto& slot : slots_) {
    slot.ready = false;
    slot.error = nullptr;
  }
  claimed_ = consumed_ = first;
  last_ = last;
  stopping_ = false;
  try {
    while (threads_.size() < workers_) threads_.emplace_back([this] { work(); });
  } catch (const std::exception&) {  // no further thread, or no memory for one: those that started do the work, or else the caller
  }
}

void Prefetcher::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    consumed_ = last_;
  }
  room_.notify_all();
  for (auto& thread : threads_) thread.join();
  threads_.clear();
}

void Prefetcher::work() {
  std::unique_lock lock(mutex_);
  for (;;) {
    room_.wait(lock, [this] { return stopping_ || claimed_ >= last_ || claimed_ < consumed_ + static_cast<int64_t>(slots_.size()); });
    if (stopping_ || claimed_ >= last_) return;
    const int64_t number = claimed_++;
    lock.unlock();
    std::exception_ptr error;
    try {
      make_(number, slot(number).batch);
    } catch (...) {
      error = std::current_exception();
    }
    lock.lock();
    slot(number).error = error;
    slot(number).ready = true;
    made_.notify_one();
  }
}

bool Prefetcher::next(Batch& batch) {
  if (threads_.empty()) {
    if (consumed_ >= last_) return false;
    make_(consumed_++, batch);
    return true;
  }
  std::exception_ptr error;
  {
    std::unique_lock lock(mutex_);
    if (consumed_ >= last_) return false;
    Slot& next_slot = slot(consumed_);
    made_.wait(lock, [&] { return next_slot.ready; });
    std::swap(batch, next_slot.batch);
    error = std::exchange(next_slot.error, nullptr);
    next_slot.ready = false;
    ++consumed_;
  }
  room_.notify_one();
  if (error) std::rethrow_exception(error);
  return true;
}

}  // namespace tnn
