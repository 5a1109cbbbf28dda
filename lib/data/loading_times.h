#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>

namespace tnn {

/// Time spent on samples, added up over the threads of a loader, in nanoseconds.
struct LoadingTimes {
  std::atomic<int64_t> whole{0};     ///< from file to input
  std::atomic<int64_t> reading{0};   ///< of that: finding and reading files
  std::atomic<int64_t> decoding{0};  ///< of that: JPEG and PNG to pixels; resizing and normalisation do not count
};

/// Adds the time from its making to its end; null: nothing is measured.
class TimedPart {
 public:
  explicit TimedPart(std::atomic<int64_t>* to) : to_(to) {
    if (to_) start_ = std::chrono::steady_clock::now();
  }
  ~TimedPart() {
    if (to_) *to_ += std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now() - start_).count();
  }
  TimedPart(const TimedPart&) = delete;
  TimedPart& operator=(const TimedPart&) = delete;

 private:
  std::atomic<int64_t>* to_;
  std::chrono::steady_clock::time_point start_;
};

}  // namespace tnn
