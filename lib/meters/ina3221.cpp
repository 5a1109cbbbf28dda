#include "meters/ina3221.h"

#include <fmt/format.h>

#include "meters/attribute.h"
#include "meters/board.h"

namespace tnn {
namespace fs = std::filesystem;
namespace {

constexpr int kChannels = 3;  // of one chip; what the drivers number higher are sums and shunt voltages

/// Power in mW: one file, or the product of millivolts and milliamperes.
struct Channel {
  std::string name;
  fs::path power;             ///< of ina3221x
  fs::path voltage, current;  ///< of ina3221
};

RailReading read_channel(const Channel& channel) {
  if (!channel.power.empty()) {
    const AttributeNumber power = read_attribute_number(channel.power);
    return {power.value, power.fault};
  }
  const AttributeNumber voltage = read_attribute_number(channel.voltage), current = read_attribute_number(channel.current);
  if (!voltage.value) return {std::nullopt, voltage.fault};
  if (!current.value) return {std::nullopt, current.fault};
  return {*voltage.value * *current.value / 1000, ""};
}

class Ina3221 : public Meter {
 public:
  explicit Ina3221(const fs::path& root) {
    const fs::path drivers = root / "sys/bus/i2c/drivers";
    add_iio_chips(drivers / "ina3221x");
    if (!channels_.empty()) name_ = "ina3221 (driver ina3221x, JetPack 4)";
    if (channels_.empty()) add_hwmon_chips(drivers / "ina3221");
    if (channels_.empty())
      throw NoMeter(fmt::format("ina3221: there is no rail below '{}' (ina3221x or ina3221){}", drivers.string(),
                                notes_.empty() ? "" : "; " + notes_.front()));
    for (const Channel& channel : channels_) rails_.push_back({channel.name});
    if (const std::string missing = mark_total(read_board(root), rails_); !missing.empty()) notes_.push_back(missing);
  }

  std::string name() const override { return name_; }
  const std::vector<Rail>& rails() const override { return rails_; }
  double shortest_window() const override { return 0.1; }
  const std::vector<std::string>& notes() const override { return notes_; }
  void read(double, std::vector<RailReading>& readings) override {
    readings.clear();
    for (const Channel& channel : channels_) readings.push_back(read_channel(channel));
  }

 private:
  /// <address>/iio:device*/rail_name_N, in_powerN_input.
  void add_iio_chips(const fs::path& driver) {
    for (const fs::path& chip : entries_with_prefix(driver, ""))
      for (const fs::path& device : entries_with_prefix(chip, "iio:device"))
        for (int i = 0; i < kChannels; ++i)
          add(device / fmt::format("rail_name_{}", i), {"", device / fmt::format("in_power{}_input", i), {}, {}});
  }

  /// <address>/hwmon/hwmonX/inN_label, inN_input, currN_input; X differs from start to start.
  void add_hwmon_chips(const fs::path& driver) {
    for (const fs::path& chip : entries_with_prefix(driver, ""))
      for (const fs::path& device : entries_with_prefix(chip / "hwmon", "hwmon"))
        for (int i = 1; i <= kChannels; ++i)
          add(device / fmt::format("in{}_label", i),
              {"", {}, device / fmt::format("in{}_input", i), device / fmt::format("curr{}_input", i)});
  }

  /// Takes a channel in where it has a name and can be read.
  void add(const fs::path& label, Channel channel) {
    std::error_code fault;
    if (!fs::exists(label, fault)) return;
    const AttributeText name = read_attribute(label);
    if (!name.text || name.text->empty()) {
      notes_.push_back("a channel is left out: " + (name.text ? "'" + label.string() + "' is empty" : name.fault));
      return;
    }
    channel.name = *name.text;
    if (channel.name == "NC" || channel.name == "sum of shunt voltages") return;
    const RailReading reading = read_channel(channel);
    if (!reading.value) {
      notes_.push_back(fmt::format("the rail {} is left out: {}", channel.name, reading.fault));
      return;
    }
    channels_.push_back(std::move(channel));
  }

  std::string name_ = "ina3221 (driver ina3221, JetPack 5 or later)";
  std::vector<Channel> channels_;
  std::vector<Rail> rails_;
  std::vector<std::string> notes_;
};

}  // namespace

std::unique_ptr<Meter> open_ina3221(const fs::path& root) { return std::make_unique<Ina3221>(root); }

}  // namespace tnn
