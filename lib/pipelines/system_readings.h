#pragma once

#include <filesystem>
#include <memory>
#include <vector>

#include "control/governor.h"
#include "meters/meter.h"

namespace tnn {

/// What the system tells of itself: the hottest of /sys/class/thermal/thermal_zone*/temp, of the first battery in /sys/class/power_supply
/// its charge, and the power of the device by the meter that `tnn bench` chooses (INA3221, RAPL, battery), summed over the rails of its
/// total.
class SystemReadings {
 public:
  /// Looks for what is there; `root` stands for "/" (tests).
  explicit SystemReadings(const std::filesystem::path& root = "/");
  /// Writes temperature_c, power_mw and battery; kNoReading for what is not there or cannot be read. Of an energy counter the power since
  /// the last call, or the constructor, which should be some of its updates ago.
  void read(Reading& reading);

 private:
  double power_mw();
  std::vector<std::filesystem::path> thermometers_;
  std::filesystem::path battery_;
  std::unique_ptr<Meter> meter_;  ///< null: none
  std::vector<RailReading> rails_;
  double energy_mj_ = kNoReading, energy_at_ = 0;  ///< of the last call, where the meter counts energy
};

}  // namespace tnn
