#include "meters/sampler.h"

#include <time.h>

#include <chrono>
#include <exception>

namespace tnn {
namespace {

using Clock = std::chrono::steady_clock;

/// Processor time of the calling thread, in seconds.
double thread_seconds() {
  timespec time{};
  if (clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time) != 0) return 0;
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

}  // namespace

double monotonic_seconds() { return std::chrono::duration<double>(Clock::now().time_since_epoch()).count(); }

Sampler::Sampler(Meter& meter, double hertz)
    : meter_(meter), period_(1 / hertz), integral_(meter.rails(), meter.counts_energy()), thread_([this] { keep_reading(); }) {}

Sampler::~Sampler() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  wake_.notify_all();
  thread_.join();
}

void Sampler::take_reading() {
  try {
    // Between both ends of a reading that takes its time: what the rails say is of neither.
    const double begin = monotonic_seconds();
    meter_.read(begin, readings_);
    integral_.add((begin + monotonic_seconds()) / 2, readings_);
  } catch (const std::exception& error) {
    readings_.assign(meter_.rails().size(), {std::nullopt, error.what()});
    integral_.add(monotonic_seconds(), readings_);
  }
}

void Sampler::begin_window() {
  {
    const std::lock_guard lock(mutex_);
    integral_.begin();
    take_reading();
    measuring_ = true;
    thread_seconds_before_ = thread_seconds_;
  }
  wake_.notify_all();
}

WindowEnergy Sampler::end_window() {
  const std::lock_guard lock(mutex_);
  take_reading();
  measuring_ = false;
  WindowEnergy window = integral_.window();
  window.sampling_seconds = thread_seconds_ - thread_seconds_before_;
  return window;
}

void Sampler::keep_reading() {
  const auto period = std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(period_));
  std::unique_lock lock(mutex_);
  while (!stop_) {
    wake_.wait(lock, [&] { return measuring_ || stop_; });
    const auto next = Clock::now() + period;
    wake_.wait_until(lock, next, [&] { return stop_ || !measuring_; });
    if (stop_ || !measuring_) continue;
    take_reading();
    thread_seconds_ = thread_seconds();
  }
}

}  // namespace tnn
