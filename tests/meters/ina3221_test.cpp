#include "meters/ina3221.h"

#include <cmath>

#include "catch_compat.h"
#include "device_tree.h"
#include "meters/power_integral.h"

using namespace tnn;

namespace {

std::vector<std::string> names(const Meter& meter, bool in_total) {
  std::vector<std::string> found;
  for (const Rail& rail : meter.rails())
    if (rail.in_total || !in_total) found.push_back(rail.name);
  return found;
}

using Names = std::vector<std::string>;

void xavier_of_jetpack_4(const DeviceTree& tree, double milliwatts) {
  tree.board("Jetson-AGX");
  const char* first[] = {"GPU", "CPU", "SOC"};
  const char* second[] = {"CV", "VDDRQ", "SYS5V"};
  for (int i = 0; i < 3; ++i) tree.iio_rail("1-0040", i, first[i], milliwatts * (i + 1));
  for (int i = 0; i < 3; ++i) tree.iio_rail("1-0041", i, second[i], milliwatts * (i + 4));
}

void xavier_of_jetpack_5(const DeviceTree& tree, double milliwatts, const std::string& hwmon = "hwmon3") {
  tree.board("NVIDIA Jetson AGX Xavier Developer Kit");
  const char* first[] = {"GPU", "CPU", "SOC"};
  const char* second[] = {"CV", "VDDRQ", "SYS5V"};
  for (int i = 0; i < 3; ++i) tree.hwmon_rail("1-0040", hwmon, i + 1, first[i], milliwatts * (i + 1));
  for (int i = 0; i < 3; ++i) tree.hwmon_rail("1-0041", "hwmon4", i + 1, second[i], milliwatts * (i + 4));
  tree.write("sys/bus/i2c/drivers/ina3221/1-0040/hwmon/" + hwmon + "/in7_label", "sum of shunt voltages\n");
}

/// A power that rises, falls and has a step, and its integral from 0 to 4 s.
double scripted_milliwatts(double t) { return 1000 + 400 * std::sin(3 * t) + (t > 2 ? 600 : 0); }
constexpr double kSeconds = 4;
double scripted_millijoules() { return 1000 * kSeconds + 400 * (1 - std::cos(3 * kSeconds)) / 3 + 600 * 2; }

/// Reads a meter at 100 Hz of a clock that the test advances.
template <typename Write>
WindowEnergy play(Meter& meter, const Write& write) {
  PowerIntegral integral(meter.rails(), meter.counts_energy());
  std::vector<RailReading> readings;
  for (int i = 0; i <= 100 * kSeconds; ++i) {
    write(0.01 * i);
    meter.read(0.01 * i, readings);
    integral.add(0.01 * i, readings);
  }
  return integral.window();
}

}  // namespace

TEST_CASE("the energy of an AGX Xavier is the integral of the sum of its six rails") {
  const DeviceTree old_tree, new_tree;
  xavier_of_jetpack_4(old_tree, 100);
  xavier_of_jetpack_5(new_tree, 100);
  const auto old_meter = open_ina3221(old_tree.root()), new_meter = open_ina3221(new_tree.root());
  CHECK_THAT(old_meter->name(), ContainsSubstring("ina3221x"));
  for (const auto* meter : {old_meter.get(), new_meter.get()}) {
    CHECK(names(*meter, true) == Names{"GPU", "CPU", "SOC", "CV", "VDDRQ", "SYS5V"});
    CHECK(meter->notes().empty());
  }
  const WindowEnergy old_energy = play(*old_meter, [&](double t) { xavier_of_jetpack_4(old_tree, scripted_milliwatts(t)); });
  const WindowEnergy new_energy = play(*new_meter, [&](double t) { xavier_of_jetpack_5(new_tree, scripted_milliwatts(t)); });
  for (const WindowEnergy& window : {old_energy, new_energy}) {
    REQUIRE(window.energy_mj);
    CHECK(*window.energy_mj == Approx(21 * scripted_millijoules()).epsilon(0.005));
    CHECK(*window.rails[1].energy_mj == Approx(2 * scripted_millijoules()).epsilon(0.005));
    CHECK(*window.power_mw == Approx(*window.energy_mj / kSeconds));
    CHECK(window.faults.empty());
  }
}

TEST_CASE("on an AGX Orin the rail inside another is not added") {
  const DeviceTree tree;
  tree.board("NVIDIA Jetson AGX Orin Developer Kit");
  tree.hwmon_rail("1-0040", "hwmon11", 1, "VDD_GPU_SOC", 3000);
  tree.hwmon_rail("1-0040", "hwmon11", 2, "VDD_CPU_CV", 2000);
  tree.hwmon_rail("1-0040", "hwmon11", 3, "VIN_SYS_5V0", 4000);
  tree.hwmon_rail("1-0041", "hwmon12", 1, "NC", 50);
  tree.hwmon_rail("1-0041", "hwmon12", 2, "VDDQ_VDD2_1V8AO", 700);
  const auto meter = open_ina3221(tree.root());
  CHECK(names(*meter, false) == Names{"VDD_GPU_SOC", "VDD_CPU_CV", "VIN_SYS_5V0", "VDDQ_VDD2_1V8AO"});
  CHECK(names(*meter, true) == Names{"VDD_GPU_SOC", "VDD_CPU_CV", "VIN_SYS_5V0"});
  CHECK(*play(*meter, [](double) {}).power_mw == Approx(9000));
}

TEST_CASE("NX and Nano modules have a rail that feeds the others") {
  for (const char* model : {"NVIDIA Orin NX Developer Kit", "NVIDIA Jetson Orin Nano Developer Kit"}) {
    const DeviceTree tree;
    tree.board(model);
    tree.hwmon_rail("1-0040", "hwmon1", 1, "VDD_IN", 5000);
    tree.hwmon_rail("1-0040", "hwmon1", 2, "VDD_CPU_GPU_CV", 2000);
    tree.hwmon_rail("1-0040", "hwmon1", 3, "VDD_SOC", 1000);
    CHECK(names(*open_ina3221(tree.root()), true) == Names{"VDD_IN"});
  }
  const DeviceTree xavier_nx, nano;
  xavier_nx.board("NVIDIA Jetson Xavier NX Developer Kit");
  xavier_nx.iio_rail("7-0040", 0, "VDD_IN", 5000);
  xavier_nx.iio_rail("7-0040", 1, "VDD_CPU_GPU_CV", 2000);
  CHECK(names(*open_ina3221(xavier_nx.root()), true) == Names{"VDD_IN"});
  nano.board("NVIDIA Jetson Nano Developer Kit");
  nano.iio_rail("6-0040", 0, "POM_5V_IN", 3000);
  nano.iio_rail("6-0040", 1, "POM_5V_GPU", 100);
  CHECK(names(*open_ina3221(nano.root()), true) == Names{"POM_5V_IN"});
}

TEST_CASE("of an unknown board each rail is reported and no total") {
  const DeviceTree tree;
  xavier_of_jetpack_5(tree, 100);
  tree.board("Carrier of somebody");
  const auto meter = open_ina3221(tree.root());
  CHECK(meter->rails().size() == 6);
  REQUIRE(meter->notes().size() == 1);
  CHECK_THAT(meter->notes().front(), ContainsSubstring("no total") && ContainsSubstring("Carrier of somebody"));
  const WindowEnergy window = play(*meter, [](double) {});
  CHECK_FALSE(window.energy_mj);
  CHECK(*window.rails[0].power_mw == Approx(100));
}

TEST_CASE("a channel that cannot be read is left out and leaves no total") {
  const std::string chip = "sys/bus/i2c/drivers/ina3221/1-0041/hwmon/hwmon4/";
  for (const bool garbage : {false, true}) {
    const DeviceTree tree;
    xavier_of_jetpack_5(tree, 100);
    garbage ? tree.write(chip + "curr1_input", "fast\n") : tree.remove(chip + "curr1_input");
    const auto meter = open_ina3221(tree.root());
    CHECK(names(*meter, false) == Names{"GPU", "CPU", "SOC", "VDDRQ", "SYS5V"});
    REQUIRE(meter->notes().size() == 2);
    CHECK_THAT(meter->notes()[0], ContainsSubstring("CV is left out") && ContainsSubstring(garbage ? "'fast'" : "No such file"));
    CHECK_THAT(meter->notes()[1], ContainsSubstring("CV cannot be read"));
    CHECK_FALSE(play(*meter, [](double) {}).energy_mj);
  }
}

TEST_CASE("two rails of one name leave no total") {
  const DeviceTree tree;
  tree.board("NVIDIA Orin NX Developer Kit");
  tree.hwmon_rail("1-0040", "hwmon1", 1, "VDD_IN", 5000);
  tree.hwmon_rail("1-0041", "hwmon2", 1, "VDD_IN", 1000);
  const auto meter = open_ina3221(tree.root());
  CHECK(names(*meter, true).empty());
  CHECK_THAT(meter->notes().front(), ContainsSubstring("more than once"));
}

TEST_CASE("a rail that vanishes or turns to garbage midway has no energy, nor has the total") {
  const std::string chip = "sys/bus/i2c/drivers/ina3221/1-0040/hwmon/";
  const DeviceTree gone, garbage;
  xavier_of_jetpack_5(gone, 100, "hwmon9");
  xavier_of_jetpack_5(garbage, 100);
  const auto gone_meter = open_ina3221(gone.root()), garbage_meter = open_ina3221(garbage.root());
  const WindowEnergy without = play(*gone_meter, [&](double t) {
    if (t > 1.5) gone.remove(chip + "hwmon9/in2_input");
  });
  CHECK_FALSE(without.rails[1].energy_mj);
  CHECK_THAT(without.rails[1].fault, ContainsSubstring("in2_input") && ContainsSubstring("No such file"));
  CHECK(*without.rails[0].energy_mj == Approx(100 * kSeconds));
  CHECK_FALSE(without.energy_mj);
  const WindowEnergy wrong = play(*garbage_meter, [&](double t) {
    if (t > 1.5) garbage.write(chip + "hwmon3/curr1_input", "12x\n");
  });
  CHECK_FALSE(wrong.rails[0].energy_mj);
  CHECK_THAT(wrong.rails[0].fault, ContainsSubstring("'12x', which is no number"));
}

TEST_CASE("without a power monitor the meter says where it looked") {
  const DeviceTree tree;
  CHECK_THROWS_WITH(open_ina3221(tree.root()), ContainsSubstring("sys/bus/i2c/drivers"));
}
