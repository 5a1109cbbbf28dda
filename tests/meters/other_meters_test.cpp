#include <sys/stat.h>
#include <unistd.h>

#include "catch_compat.h"
#include "device_tree.h"
#include "meters/battery.h"
#include "meters/meter_choice.h"
#include "meters/nvml.h"
#include "meters/power_integral.h"
#include "meters/rapl.h"
#include "meters/recorded_power.h"

using namespace tnn;

namespace {

constexpr const char* kPackage = "sys/class/powercap/intel-rapl:0/";

DeviceTree& with_package(DeviceTree& tree, long microjoules) {
  tree.write(std::string(kPackage) + "name", "package-0\n");
  tree.write(std::string(kPackage) + "energy_uj", std::to_string(microjoules) + "\n");
  tree.write(std::string(kPackage) + "max_energy_range_uj", "1000000\n");
  return tree;
}

struct StandIn {
  explicit StandIn(const char* mode) { ::setenv("TNN_NVML_STAND_IN", mode, 1); }
  ~StandIn() { ::unsetenv("TNN_NVML_STAND_IN"); }
};

WindowEnergy two_readings(Meter& meter) {
  PowerIntegral integral(meter.rails(), meter.counts_energy());
  std::vector<RailReading> readings;
  for (const double t : {1.0, 1.25}) {
    meter.read(t, readings);
    integral.add(t, readings);
  }
  return integral.window();
}

}  // namespace

TEST_CASE("a RAPL counter that wraps goes on counting") {
  DeviceTree tree;
  with_package(tree, 900000);
  tree.write("sys/class/powercap/intel-rapl:0:0/name", "core\n");
  tree.write("sys/class/powercap/intel-rapl:0:0/energy_uj", "5000\n");
  tree.write("sys/class/powercap/intel-rapl:0:1/name", "dram\n");
  tree.write("sys/class/powercap/intel-rapl:0:1/energy_uj", "7000\n");
  const auto meter = open_rapl(tree.root());
  REQUIRE(meter->rails().size() == 3);
  CHECK(meter->rails()[1].name == "package-0/core");
  PowerIntegral integral(meter->rails(), meter->counts_energy());
  std::vector<RailReading> readings;
  for (const long now : {900000L, 990000L, 30000L, 130000L}) {
    with_package(tree, now);
    tree.write("sys/class/powercap/intel-rapl:0:1/energy_uj", std::to_string(7000 + now / 100 % 9 + readings.size()) + "\n");
    tree.write("sys/class/powercap/intel-rapl:0:0/energy_uj", std::to_string(5000 + integral.window().readings) + "\n");
    meter->read(0, readings);
    integral.add(static_cast<double>(integral.window().readings), readings);
  }
  CHECK(*integral.window().rails[0].energy_mj == Approx(90 + 40 + 100));
  CHECK(meter->rails()[0].in_total);
  CHECK_FALSE(meter->rails()[1].in_total);
  CHECK(meter->rails()[2].in_total);
}

TEST_CASE("RAPL that only root may read is said to be so") {
  DeviceTree tree;
  with_package(tree, 1);
  tree.write(std::string(kPackage) + "energy_uj", "Permission\n");
  CHECK_THROWS_WITH(open_rapl(tree.root()), ContainsSubstring("energy_uj") && ContainsSubstring("root only"));
}

TEST_CASE("a battery gives power while it discharges and a reason while it does not") {
  DeviceTree tree;
  const std::string place = "sys/class/power_supply/BAT0/";
  tree.write(place + "type", "Battery\n");
  tree.write(place + "status", "Discharging\n");
  tree.write(place + "current_now", "1500000\n");
  tree.write(place + "voltage_now", "12000000\n");
  const auto meter = open_battery(tree.root());
  CHECK(*two_readings(*meter).power_mw == Approx(18000));
  tree.write(place + "power_now", "20000000\n");
  CHECK(*two_readings(*meter).power_mw == Approx(20000));
  tree.write(place + "status", "Charging\n");
  const WindowEnergy charging = two_readings(*meter);
  CHECK_FALSE(charging.energy_mj);
  CHECK_THAT(charging.faults.at(0), ContainsSubstring("does not discharge (Charging)"));
  CHECK_THROWS_WITH(open_battery(tree.root()), ContainsSubstring("Charging"));
}

TEST_CASE("NVML is read by its counter, else by its power") {
  {
    const StandIn energy("energy");
    const auto meter = open_nvml(TNN_NVML_STAND_IN);
    CHECK(meter->counts_energy());
    CHECK(meter->rails().at(0).name == "GPU 0 (Stand-in)");
    CHECK(*two_readings(*meter).energy_mj == Approx(250));
  }
  const StandIn power("power");
  const auto meter = open_nvml(TNN_NVML_STAND_IN);
  CHECK_FALSE(meter->counts_energy());
  CHECK(*two_readings(*meter).energy_mj == Approx(25000));
}

TEST_CASE("NVML without power is no energy, and never 0") {
  const StandIn none("none");
  CHECK_THROWS_WITH(open_nvml(TNN_NVML_STAND_IN), ContainsSubstring("no energy") && ContainsSubstring("Not Supported"));
  CHECK_THROWS_AS(open_nvml("/nowhere/libnvidia-ml.so.1"), NoMeter);
  const StandIn still("still");
  const auto meter = open_nvml(TNN_NVML_STAND_IN);
  const WindowEnergy window = two_readings(*meter);
  CHECK_FALSE(window.energy_mj);
  CHECK_THAT(window.faults.at(0), ContainsSubstring("did not move"));
}

TEST_CASE("a recorded CSV is played back between its moments, and ends") {
  DeviceTree tree;
  tree.write("power.csv", "time_s,gpu_mw,cpu_mw\n10,1000,0\n11,3000,500\n12.5,3000,500\n");
  const auto meter = open_recorded_power(tree.root() / "power.csv");
  std::vector<RailReading> readings;
  meter->read(100, readings);
  meter->read(100.5, readings);
  CHECK(*readings.at(0).value == Approx(2000));
  CHECK(*readings.at(1).value == Approx(250));
  CHECK(meter->rails().at(0).name == "gpu");
  meter->read(102.6, readings);
  CHECK_FALSE(readings.at(0).value);
  CHECK_THAT(readings.at(0).fault, ContainsSubstring("ends after 2.5 s"));
}

TEST_CASE("a recorded CSV that is none names the line") {
  DeviceTree tree;
  const std::pair<const char*, const char*> faults[] = {
      {"time,gpu\n1,2\n", "line 1"},           {"time_s,gpu\n1,2\n2,x\n", "line 3"},
      {"time_s,gpu\n1,2\n2\n", "line 3"},      {"time_s,gpu\n1,2\n1,2\n", "does not come after"},
      {"time_s,gpu\n1,2\n", "fewer than two"}, {"", "fewer than two"}};
  for (const auto& [text, fault] : faults) {
    tree.write("power.csv", text);
    CHECK_THROWS_WITH(open_recorded_power(tree.root() / "power.csv"), ContainsSubstring(fault));
  }
}

TEST_CASE("auto takes the first meter that is there and says why not those before") {
  DeviceTree tree;
  MeterChoice choice = open_meter({"auto", tree.root()});
  CHECK_FALSE(choice.meter);
  CHECK(choice.reasons.size() == 3);
  with_package(tree, 5);
  choice = open_meter({"auto", tree.root()});
  REQUIRE(choice.meter);
  CHECK(choice.meter->name() == "rapl");
  CHECK_FALSE(open_meter({"none", tree.root()}).meter);
  CHECK_THROWS_AS(open_meter({"battery", tree.root()}), NoMeter);
  CHECK_THROWS_WITH(open_meter({"raple", tree.root()}), ContainsSubstring("did you mean 'rapl'"));
  CHECK_THROWS_WITH(open_meter({"auto", tree.root() / "nowhere"}), ContainsSubstring("--sysfs-root"));
}
