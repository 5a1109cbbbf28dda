#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

#include "meters/power_integral.h"

namespace tnn {

/// Something that measures energy between two moments.
class EnergyWindows {
 public:
  virtual ~EnergyWindows() = default;
  virtual void begin_window() = 0;
  virtual WindowEnergy end_window() = 0;
  /// Seconds below which a window says nothing.
  virtual double shortest_window() const = 0;
};

/// Seconds of the monotonic clock.
double monotonic_seconds();

/// Reads a meter about 100 times a second on a thread of its own, and at both ends of each window on the caller's. What the thread costs is
/// measured by its own processor time. The meter must outlive it.
class Sampler : public EnergyWindows {
 public:
  explicit Sampler(Meter& meter, double hertz = 100);
  ~Sampler() override;
  Sampler(const Sampler&) = delete;
  Sampler& operator=(const Sampler&) = delete;

  void begin_window() override;
  WindowEnergy end_window() override;
  double shortest_window() const override { return meter_.shortest_window(); }

 private:
  void take_reading();  ///< with the lock held
  void keep_reading();
  Meter& meter_;
  const double period_;
  PowerIntegral integral_;
  std::vector<RailReading> readings_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool measuring_ = false, stop_ = false;
  double thread_seconds_ = 0, thread_seconds_before_ = 0;
  std::thread thread_;  ///< last: it uses all of the above
};

}  // namespace tnn
