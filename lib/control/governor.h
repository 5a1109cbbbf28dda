#pragma once

#include <atomic>
#include <cstdint>
#include <limits>
#include <string>

namespace tnn {

/// What was not measured.
inline constexpr double kNoReading = std::numeric_limits<double>::quiet_NaN();

/// What is known of the machine at one time.
struct Reading {
  double time_s = 0;               ///< on a clock that does not go back
  double latency_ms = kNoReading;  ///< of the last inference
  int point = -1;                  ///< the operating point that it was computed at; -1: the governor's
  double load = kNoReading;        ///< share of the processors that others keep busy: 0 idle, 1 all of them
  double temperature_c = kNoReading;
  double power_mw = kNoReading;
  double battery = kNoReading;  ///< charge, 0 to 1
};

/// What a governor has to say, as bits of GovernorState::notices.
enum GovernorNotice : unsigned {
  kNoticeStarting = 1,    ///< nothing usable was read so far: the smallest allowed point
  kNoticeCannotMeet = 2,  ///< the target is not met at the smallest allowed point
  kNoticeFrozen = 4,      ///< the sensor gives the same number again and again: the smallest allowed point
  kNoticeMissing = 8,     ///< the sensor has given nothing usable for long: the smallest allowed point
  kNoticeUnusable = 16    ///< the last reading was no number that can be, and was ignored
};

/// The notices in words, with "; " between; empty where there is none.
std::string notice_text(unsigned notices);

/// Where a governor stands.
struct GovernorState {
  int point = 0;
  double slowdown = 1;            ///< how many times slower than its profile the machine is now, where the governor estimates it
  double predicted = kNoReading;  ///< what it expects of that point, in the unit of its target
  unsigned notices = kNoticeStarting;
  int64_t ignored = 0;  ///< readings that were not usable
};

/// Chooses the operating point of the next inference from what the last ones and the machine's sensors say: the control loop closed at run
/// time. A fresh one stands at the smallest allowed point.
///
///     governor->observe({.time_s = now, .latency_ms = took, .point = used});   // one thread
///     context.run_at(governor->point(), input, 1, output);                     // any thread
class Governor {
 public:
  virtual ~Governor() = default;
  Governor(const Governor&) = delete;
  Governor& operator=(const Governor&) = delete;

  /// Takes a reading and decides anew; one thread at a time. Allocates nothing, waits for nothing, never throws: what is not usable in a
  /// reading is ignored and told by state().
  void observe(const Reading& reading) noexcept;
  /// The operating point for the next inference: one atomic load, from any thread.
  int point() const noexcept { return point_.load(std::memory_order_relaxed); }
  /// For the thread that observes.
  GovernorState state() const noexcept;

 protected:
  explicit Governor(int first_point) : point_(first_point) {}
  /// The next point. The reading's time never goes back, and its point is known.
  virtual int decide(const Reading& reading) noexcept = 0;
  /// Of what state() tells: all but the point.
  GovernorState told_;

 private:
  std::atomic<int> point_;
  double time_s_ = -std::numeric_limits<double>::infinity();
};

}  // namespace tnn
