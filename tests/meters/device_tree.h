#pragma once

#include <filesystem>
#include <fstream>
#include <string>

#include "temporary_folder.h"

/// A tree of sysfs and procfs files that a test makes, in place of a device's.
class DeviceTree {
 public:
  const std::filesystem::path& root() const { return folder_.path(); }

  void write(const std::string& file, const std::string& text) const {
    const auto path = root() / file;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path) << text;
  }
  void remove(const std::string& file) const { std::filesystem::remove_all(root() / file); }

  void board(const std::string& model) const { write("proc/device-tree/model", model + std::string(1, '\0')); }

  /// A channel of driver ina3221x (JetPack 4).
  void iio_rail(const std::string& chip, int channel, const std::string& name, double milliwatts) const {
    const std::string place = "sys/bus/i2c/drivers/ina3221x/" + chip + "/iio:device0/";
    write(place + "rail_name_" + std::to_string(channel), name + "\n");
    write(place + "in_power" + std::to_string(channel) + "_input", std::to_string(static_cast<long>(milliwatts + 0.5)) + "\n");
  }

  /// A channel of driver ina3221 (JetPack 5 and 6), at 10 V.
  void hwmon_rail(const std::string& chip, const std::string& hwmon, int channel, const std::string& name, double milliwatts) const {
    const std::string place = "sys/bus/i2c/drivers/ina3221/" + chip + "/hwmon/" + hwmon + "/", number = std::to_string(channel);
    write(place + "in" + number + "_label", name + "\n");
    write(place + "in" + number + "_input", "10000\n");
    write(place + "curr" + number + "_input", std::to_string(static_cast<long>(milliwatts / 10 + 0.5)) + "\n");
  }

 private:
  TemporaryFolder folder_;
};
