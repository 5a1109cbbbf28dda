#include "meters/power_integral.h"

#include <limits>

#include "catch_compat.h"
#include "meters/sampler.h"

using namespace tnn;

namespace {

WindowEnergy integrate(const std::vector<double>& times, bool counts = false) {
  PowerIntegral integral({{"all", true}}, counts);
  for (const double t : times) integral.add(t, {{100 + 10 * t, ""}});
  return integral.window();
}

/// Counts its readings.
class CountingMeter : public Meter {
 public:
  std::string name() const override { return "counting"; }
  const std::vector<Rail>& rails() const override { return rails_; }
  double shortest_window() const override { return 0; }
  const std::vector<std::string>& notes() const override { return notes_; }
  void read(double, std::vector<RailReading>& readings) override {
    if (++count > fails_after) throw std::runtime_error("unplugged");
    readings.assign(1, {5000.0, ""});
  }
  int count = 0, fails_after = std::numeric_limits<int>::max();

 private:
  std::vector<Rail> rails_{{"all", true}};
  std::vector<std::string> notes_;
};

}  // namespace

TEST_CASE("power is integrated by the trapezoid rule") {
  const WindowEnergy window = integrate({1, 1.1, 1.3, 1.7, 2});
  CHECK(window.seconds == Approx(1));
  CHECK(window.readings == 5);
  CHECK(*window.energy_mj == Approx(115));
}

TEST_CASE("a clock that jumps makes a fault in place of an energy") {
  const WindowEnergy back = integrate({1, 1.1, 1.05, 1.2}), ahead = integrate({1, 1.1, 3, 3.1});
  CHECK_FALSE(back.energy_mj);
  CHECK_THAT(back.faults.at(0), ContainsSubstring("went back by 0.050 s"));
  CHECK_FALSE(ahead.energy_mj);
  CHECK_THAT(ahead.faults.at(0), ContainsSubstring("was not read for 1.900 s"));
  CHECK(*integrate({1, 1.1, 3, 3.1}, true).energy_mj == Approx(21));  // a counter has no need of readings between
}

TEST_CASE("a window of one reading or of no time has no energy") {
  CHECK_FALSE(integrate({}).energy_mj);
  CHECK_FALSE(integrate({1}).energy_mj);
  CHECK_FALSE(integrate({1, 1}).energy_mj);
  CHECK_THAT(integrate({1, 1}).faults.at(0), ContainsSubstring("fewer than two"));
}

TEST_CASE("readings that are not finite are faults") {
  PowerIntegral integral({{"a", true}, {"b", true}}, false);
  integral.add(0, {{1.0, ""}, {1.0, ""}});
  integral.add(0.1, {{1.0, ""}, {std::numeric_limits<double>::quiet_NaN(), ""}});
  const WindowEnergy window = integral.window();
  CHECK(window.rails[0].energy_mj);
  CHECK_FALSE(window.rails[1].energy_mj);
  CHECK_FALSE(window.energy_mj);
}

TEST_CASE("the sampler reads at both ends of a window and between them") {
  CountingMeter meter;
  Sampler sampler(meter);
  sampler.begin_window();
  while (meter.count < 4) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  const WindowEnergy window = sampler.end_window();
  CHECK(window.readings == meter.count);
  CHECK(*window.power_mw == Approx(5000));
  CHECK(window.sampling_seconds >= 0);
}

TEST_CASE("a meter that fails midway makes a fault that says how") {
  CountingMeter meter;
  meter.fails_after = 1;
  Sampler sampler(meter);
  sampler.begin_window();
  const WindowEnergy window = sampler.end_window();
  CHECK_FALSE(window.energy_mj);
  CHECK(window.faults.at(0) == "unplugged");
}
