#include "meters/battery.h"

#include <fmt/format.h>

#include <cmath>

#include "meters/attribute.h"

namespace tnn {
namespace fs = std::filesystem;
namespace {

/// Some drivers give the power of discharging a sign.
RailReading read_battery(const fs::path& folder) {
  const AttributeText status = read_attribute(folder / "status");
  if (!status.text) return {std::nullopt, status.fault};
  if (*status.text != "Discharging")
    return {std::nullopt, fmt::format("the battery {} does not discharge ({})", folder.filename().string(), *status.text)};
  std::error_code fault;
  if (fs::exists(folder / "power_now", fault)) {
    const AttributeNumber power = read_attribute_number(folder / "power_now");
    if (!power.value) return {std::nullopt, power.fault};
    return {std::abs(*power.value) / 1000, ""};
  }
  const AttributeNumber current = read_attribute_number(folder / "current_now"), voltage = read_attribute_number(folder / "voltage_now");
  if (!current.value) return {std::nullopt, current.fault};
  if (!voltage.value) return {std::nullopt, voltage.fault};
  return {std::abs(*current.value * *voltage.value) / 1e9, ""};
}

class Battery : public Meter {
 public:
  explicit Battery(const fs::path& root) {
    const fs::path supplies = root / "sys/class/power_supply";
    std::string reason = fmt::format("there is none below '{}'", supplies.string());
    for (const fs::path& supply : entries_with_prefix(supplies, "")) {
      if (read_attribute(supply / "type").text.value_or("") != "Battery") continue;
      const RailReading first = read_battery(supply);
      if (!first.value) {
        reason = first.fault;
        notes_.push_back("a battery is left out: " + first.fault);
        continue;
      }
      batteries_.push_back(supply);
      rails_.push_back({supply.filename().string(), true});
    }
    if (batteries_.empty()) throw NoMeter("battery: " + reason);
  }

  std::string name() const override { return "battery"; }
  const std::vector<Rail>& rails() const override { return rails_; }
  double shortest_window() const override { return 10; }  // gauges are read anew every second or few
  const std::vector<std::string>& notes() const override { return notes_; }
  void read(double, std::vector<RailReading>& readings) override {
    readings.clear();
    for (const fs::path& battery : batteries_) readings.push_back(read_battery(battery));
  }

 private:
  std::vector<fs::path> batteries_;
  std::vector<Rail> rails_;
  std::vector<std::string> notes_;
};

}  // namespace

std::unique_ptr<Meter> open_battery(const fs::path& root) { return std::make_unique<Battery>(root); }

}  // namespace tnn
