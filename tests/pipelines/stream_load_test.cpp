#include <cmath>
#include <fstream>

#include "catch_compat.h"
#include "core/error.h"
#include "pipelines/busy_threads.h"
#include "pipelines/load_schedule.h"
#include "pipelines/system_readings.h"
#include "temporary_folder.h"

using namespace tnn;

TEST_CASE("synthetic loads are what their names say") {
  const LoadSchedule step = LoadSchedule::synthetic("step", 9, 4);
  CHECK(step.at(0).busy_threads == 0);
  CHECK(step.at(3).busy_threads == 4);
  CHECK(step.at(5.9).busy_threads == 4);
  CHECK(step.at(6).busy_threads == 0);
  const LoadSchedule ramp = LoadSchedule::synthetic("ramp", 10, 2);
  CHECK(ramp.at(0).busy_threads == 0);
  CHECK(ramp.at(5).busy_threads == Approx(1).margin(0.02));
  CHECK(ramp.at(9.999).busy_threads == 2);
  const LoadSchedule spikes = LoadSchedule::synthetic("spikes", 10, 2);
  CHECK(spikes.at(0.7).busy_threads == 0);
  CHECK(spikes.at(0.8).busy_threads == 2);
  CHECK(spikes.at(1.2).busy_threads == 0);
  CHECK(LoadSchedule::synthetic("none", 10, 2).most_busy_threads() == 0);
  CHECK_THROWS_AS(LoadSchedule::synthetic("stairs", 10, 2), UsageError);
}

TEST_CASE("a load trace holds each row until the next, and tells what sensors are taken to say") {
  const TemporaryFolder folder;
  const auto file = folder.path() / "load.csv";
  std::ofstream(file) << "time_s,load,battery\r\n1,0.5,0.9\r\n\r\n2,1,\r\n";
  const LoadSchedule schedule = LoadSchedule::read(file, 4);
  CHECK(schedule.at(0).busy_threads == 2);
  CHECK(schedule.at(1.99).battery == 0.9);
  CHECK(schedule.at(7).busy_threads == 4);
  CHECK(std::isnan(schedule.at(7).battery));
  CHECK(schedule.tells(&LoadRow::battery));
  CHECK_FALSE(schedule.tells(&LoadRow::power_mw));
  BusyThreads threads(2);  // starts and ends
  threads.set(1.5);
}

TEST_CASE("temperature, charge and power are read where Linux has them, and are not known where it has not") {
  const TemporaryFolder folder;
  const auto write = [&](const std::string& path, const char* text) {
    std::filesystem::create_directories((folder.path() / path).parent_path());
    std::ofstream(folder.path() / path) << text;
  };
  Reading reading;
  SystemReadings(folder.path()).read(reading);
  CHECK(std::isnan(reading.temperature_c));
  CHECK(std::isnan(reading.battery));
  write("sys/class/thermal/thermal_zone0/temp", "41000\n");
  write("sys/class/thermal/thermal_zone1/temp", "57500\n");
  write("sys/class/thermal/thermal_zone2/temp", "\n");
  write("sys/class/power_supply/AC/type", "Mains\n");
  write("sys/class/power_supply/BAT0/type", "Battery\n");
  write("sys/class/power_supply/BAT0/capacity", "42\n");
  SystemReadings(folder.path()).read(reading);
  CHECK(reading.temperature_c == 57.5);
  CHECK(reading.battery == 0.42);
  CHECK(std::isnan(reading.power_mw));
  write("sys/class/power_supply/BAT0/status", "Discharging\n");
  write("sys/class/power_supply/BAT0/power_now", "6500000\n");
  SystemReadings(folder.path()).read(reading);
  CHECK(reading.power_mw == 6500);
}
