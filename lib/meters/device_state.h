#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace tnn {

/// What a device is at one moment, as far as its kernel says.
struct DeviceState {
  std::map<std::string, double> temperatures_c;  ///< of each thermal zone
  std::map<std::string, double> clocks_mhz;      ///< "cpu0", ..., and devices with a frequency governor, such as a GPU
  std::map<std::string, double> throttling;      ///< counters of throttling and over-current events, and states of cooling devices
};

/// `root` stands for "/". What cannot be read is left out.
DeviceState read_device_state(const std::filesystem::path& root);

/// Which counters rose, or cooling devices were switched further, between two moments: that device throttled.
std::vector<std::string> throttled_between(const DeviceState& before, const DeviceState& after);

/// What does not change while a benchmark runs, by name: board, power_mode (nvpmodel), l4t, kernel, processor, cpu_governor, ...
std::map<std::string, std::string> device_description(const std::filesystem::path& root);

}  // namespace tnn
