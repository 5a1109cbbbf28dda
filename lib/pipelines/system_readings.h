#pragma once

#include <filesystem>
#include <vector>

#include "control/governor.h"

namespace tnn {

/// What the system tells of itself in files, as Linux has them: the hottest of /sys/class/thermal/thermal_zone*/temp, and of the first
/// battery in /sys/class/power_supply its charge and the power that is drawn from it.
class SystemReadings {
 public:
  /// Looks for what is there; `root` stands for "/" (tests).
  explicit SystemReadings(const std::filesystem::path& root = "/");
  /// Writes temperature_c, power_mw and battery; kNoReading for what is not there or cannot be read.
  void read(Reading& reading) const;

 private:
  std::vector<std::filesystem::path> thermometers_;
  std::filesystem::path battery_;
};

}  // namespace tnn
