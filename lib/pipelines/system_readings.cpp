#include "pipelines/system_readings.h"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <string>
#include <system_error>

#include "meters/meter_choice.h"
#include "meters/sampler.h"

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
  meter_ = open_meter({"auto", root, false}).meter;
  if (meter_ && !has_total(meter_->rails())) meter_.reset();
  power_mw();  // a counter's beginning
}

double SystemReadings::power_mw() {
  if (!meter_) return kNoReading;
  const double now = monotonic_seconds();
  meter_->read(now, rails_);
  double sum = 0;
  for (size_t i = 0; i < rails_.size(); ++i)
    if (meter_->rails()[i].in_total) sum += rails_[i].value.value_or(kNoReading);
  if (!meter_->counts_energy()) return sum;
  const double power = (sum - energy_mj_) / (now - energy_at_);
  energy_mj_ = sum, energy_at_ = now;
  return power >= 0 ? power : kNoReading;  // below 0: the counter began anew
}

void SystemReadings::read(Reading& reading) {
  reading.temperature_c = reading.power_mw = reading.battery = kNoReading;
  for (const fs::path& file : thermometers_) {
    const double degrees = number_in(file) / 1000;
    if (!(reading.temperature_c >= degrees)) reading.temperature_c = degrees;
  }
  reading.power_mw = power_mw();
  if (!battery_.empty()) reading.battery = number_in(battery_ / "capacity") / 100;
}

}  // namespace tnn
