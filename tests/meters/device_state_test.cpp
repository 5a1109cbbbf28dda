#include "meters/device_state.h"

#include "catch_compat.h"
#include "device_tree.h"

using namespace tnn;

TEST_CASE("a device's state is its temperatures, clocks and counters of throttling") {
  const DeviceTree tree;
  tree.write("sys/class/thermal/thermal_zone0/type", "CPU-therm\n");
  tree.write("sys/class/thermal/thermal_zone0/temp", "41500\n");
  tree.write("sys/class/thermal/thermal_zone1/type", "PMIC\n");
  tree.write("sys/class/thermal/thermal_zone1/temp", "hot\n");
  tree.write("sys/devices/system/cpu/cpu0/cpufreq/scaling_cur_freq", "2265600\n");
  tree.write("sys/devices/system/cpu/cpufreq/scaling_cur_freq", "1\n");
  tree.write("sys/class/devfreq/17000000.gv11b/cur_freq", "1377000000\n");
  tree.write("sys/class/thermal/cooling_device0/type", "pwm-fan\n");
  tree.write("sys/class/thermal/cooling_device0/cur_state", "1\n");
  tree.write("sys/class/hwmon/hwmon2/oc1_event_cnt", "4\n");
  const DeviceState before = read_device_state(tree.root());
  CHECK(before.temperatures_c == std::map<std::string, double>{{"CPU-therm", 41.5}});
  CHECK(before.clocks_mhz.at("cpu0") == Approx(2265.6));
  CHECK(before.clocks_mhz.at("17000000.gv11b") == Approx(1377));
  CHECK(before.throttling.size() == 1);
  CHECK(throttled_between(before, before).empty());
  tree.write("sys/class/hwmon/hwmon2/oc1_event_cnt", "5\n");
  CHECK(throttled_between(before, read_device_state(tree.root())) == std::vector<std::string>{"over-current oc1_event_cnt"});
}

TEST_CASE("a device is described by board, power mode and governors") {
  const DeviceTree tree;
  tree.board("Jetson-AGX");
  tree.write("var/lib/nvpmodel/status", "pmode:0000\n");
  tree.write("sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", "schedutil\n");
  tree.write("sys/devices/system/cpu/cpu1/cpufreq/scaling_governor", "performance\n");
  const auto description = device_description(tree.root());
  CHECK(description.at("board") == "AGX Xavier");
  CHECK(description.at("power_mode") == "pmode:0000");
  CHECK(description.at("cpu_governor") == "performance, schedutil");
}
