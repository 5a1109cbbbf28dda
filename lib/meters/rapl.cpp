#include "meters/rapl.h"

#include <fmt/format.h>

#include "meters/attribute.h"

namespace tnn {
namespace fs = std::filesystem;
namespace {

constexpr const char* kZonePrefix = "intel-rapl:";  // AMD's, too

/// A counter of microjoules, and what it has counted since it was first read.
struct Zone {
  fs::path counter;
  double range_uj = 0;
  std::optional<double> last_uj = {};
  double counted_uj = 0;
};

RailReading read_zone(Zone& zone) {
  const AttributeNumber now = read_attribute_number(zone.counter);
  if (!now.value) return {std::nullopt, now.fault};
  if (zone.last_uj) {
    double moved = *now.value - *zone.last_uj;
    if (moved < 0) moved += zone.range_uj;
    if (moved < 0) return {std::nullopt, fmt::format("'{}' went back by more than its range", zone.counter.string())};
    zone.counted_uj += moved;
  }
  zone.last_uj = now.value;
  return {zone.counted_uj / 1000, ""};
}

class Rapl : public Meter {
 public:
  explicit Rapl(const fs::path& root) {
    const fs::path folder = root / "sys/class/powercap";
    for (const fs::path& zone : entries_with_prefix(folder, kZonePrefix)) add(zone, folder);
    if (zones_.empty())
      throw NoMeter(notes_.empty() ? fmt::format("rapl: there is no energy counter below '{}'", folder.string())
                                   : fmt::format("rapl: {} (energy counters can often be read by root only)", notes_.front()));
    if (!has_total(rails_)) notes_.push_back("no total: no counter of a whole processor package can be read");
  }

  std::string name() const override { return "rapl"; }
  const std::vector<Rail>& rails() const override { return rails_; }
  bool counts_energy() const override { return true; }
  double shortest_window() const override { return 0.1; }
  const std::vector<std::string>& notes() const override { return notes_; }
  void read(double, std::vector<RailReading>& readings) override {
    readings.clear();
    for (Zone& zone : zones_) readings.push_back(read_zone(zone));
  }

 private:
  /// intel-rapl:0 is a package, intel-rapl:0:1 a part of it.
  void add(const fs::path& folder, const fs::path& all) {
    const std::string id = folder.filename().string();
    const size_t inner = id.find(':', std::string(kZonePrefix).size());
    const std::string own = read_attribute(folder / "name").text.value_or(id);
    const std::string name = inner == std::string::npos
                                 ? own
                                 : read_attribute(all / id.substr(0, inner) / "name").text.value_or(id.substr(0, inner)) + "/" + own;
    Zone zone{folder / "energy_uj", read_attribute_number(folder / "max_energy_range_uj").value.value_or(0)};
    if (const RailReading first = read_zone(zone); !first.value) {
      notes_.push_back(fmt::format("the counter {} is left out: {}", name, first.fault));
      return;
    }
    zones_.push_back(zone);
    rails_.push_back({name, own.rfind("package", 0) == 0 || own == "dram"});
  }

  std::vector<Zone> zones_;
  std::vector<Rail> rails_;
  std::vector<std::string> notes_;
};

}  // namespace

std::unique_ptr<Meter> open_rapl(const fs::path& root) { return std::make_unique<Rapl>(root); }

}  // namespace tnn
