#include "pipelines/busy_threads.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <system_error>

#include "core/error.h"

namespace tnn {
namespace {

using Clock = std::chrono::steady_clock;
constexpr auto kPeriod = std::chrono::milliseconds(10);

}  // namespace

BusyThreads::BusyThreads(int threads) {
  try {
    for (int i = 0; i < threads; ++i) threads_.emplace_back([this, i] { work(i); });
  } catch (const std::system_error& fault) {
    const size_t started = threads_.size();
    stop();
    throw SystemError(fmt::format("the load needs {} threads, the system starts {}: {}", threads, started, fault.code().message()));
  }
}

BusyThreads::~BusyThreads() { stop(); }

void BusyThreads::stop() {
  stopping_ = true;
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

void BusyThreads::work(int index) const {
  while (!stopping_.load(std::memory_order_relaxed)) {
    const auto begin = Clock::now();
    const double share = std::clamp(busy_.load(std::memory_order_relaxed) - index, 0.0, 1.0);
    const auto busy_until = begin + std::chrono::duration_cast<Clock::duration>(share * kPeriod);
    while (Clock::now() < busy_until) {
    }
    if (share < 1) std::this_thread::sleep_until(begin + kPeriod);
  }
}

}  // namespace tnn
