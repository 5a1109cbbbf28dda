#pragma once

#include <cstdint>

namespace tnn {

/// When a sensor is no longer believed.
struct WatchOptions {
  double lowest = 0, highest = 1e12;  ///< what a reading can be
  int64_t frozen_readings = 50;       ///< so many equal readings in a row, and
  double frozen_s = 0;                ///< so many seconds of them: frozen; 0 readings: never
  double missing_s = 2;               ///< seconds without a usable reading: missing
  bool expects_every = false;         ///< whether a NaN is a fault of the sensor, rather than "not measured this time"
};

/// What is usual of each sensor. Latencies differ in their last digits; a temperature may stay within a degree for minutes.
constexpr WatchOptions latency_watch() { return {1e-9, 1e9, 50, 0, 2, true}; }
constexpr WatchOptions power_watch() { return {0, 1e9, 20, 10, 5, false}; }
constexpr WatchOptions temperature_watch() { return {-100, 250, 20, 300, 10, false}; }

/// Looks at the readings of one sensor for what cannot be: no numbers, values out of range, a value that never moves, silence.
class SensorWatch {
 public:
  explicit SensorWatch(const WatchOptions& options) : options_(options) {}

  /// Takes a value at a time, in seconds. Whether it is usable.
  bool take(double time_s, double value) noexcept;
  /// Notes that time has passed.
  void pass(double time_s) noexcept;

  bool is_frozen() const noexcept { return frozen_; }
  bool is_missing() const noexcept { return missing_; }
  bool was_unusable() const noexcept { return unusable_; }
  bool has_read() const noexcept { return readings_ > 0; }
  int64_t ignored() const noexcept { return ignored_; }
  /// GovernorNotice bits.
  unsigned notices() const noexcept;

 private:
  WatchOptions options_;
  int64_t readings_ = 0, ignored_ = 0, equal_ = 0;
  double last_ = 0, changed_s_ = 0, heard_s_ = 0;
  bool started_ = false, frozen_ = false, missing_ = false, unusable_ = false;
};

}  // namespace tnn
