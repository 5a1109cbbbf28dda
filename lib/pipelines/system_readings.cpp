#include "pipelines/system_readings.h"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <string>
#include <system_error>

namespace tnn {
namespace fs = std::filesystem;
namespace {

double number_in(const fs::path& file) {
  std::ifstream stream(file);
  double value = kNoReading;
  return stream >> value ? value : kNoReading;
}

std::vector<fs::path> entries_of(const fs::path& folder) {
  std::vector<fs::path> entries;
  std::error_code fault;
  for (fs::directory_iterator entry(folder, fault), end; !fault && entry != end; entry.increment(fault)) entries.push_back(entry->path());
  std::sort(entries.begin(), entries.end());
  return entries;
}

}  // namespace

SystemReadings::SystemReadings(const fs::path& root) {
  for (const fs::path& zone : entries_of(root / "sys/class/thermal"))
    if (zone.filename().string().rfind("thermal_zone", 0) == 0 && !std::isnan(number_in(zone / "temp")))
      thermometers_.push_back(zone / "temp");
  for (const fs::path& supply : entries_of(root / "sys/class/power_supply")) {
    std::string type;
    std::ifstream(supply / "type") >> type;
    if (type == "Battery" && battery_.empty()) battery_ = supply;
  }
}

void SystemReadings::read(Reading& reading) const {
  reading.temperature_c = reading.power_mw = reading.battery = kNoReading;
  for (const fs::path& file : thermometers_) {
    const double degrees = number_in(file) / 1000;
    if (!(reading.temperature_c >= degrees)) reading.temperature_c = degrees;
  }
  if (battery_.empty()) return;
  reading.battery = number_in(battery_ / "capacity") / 100;
  reading.power_mw = number_in(battery_ / "power_now") / 1000;
}

}  // namespace tnn
