#include "meters/power_integral.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace tnn {

void PowerIntegral::begin() {
  readings_ = 0;
  sums_.assign(rails_.size(), {});
}

void PowerIntegral::fail_all(const std::string& fault) {
  for (Sum& sum : sums_)
    if (sum.fault.empty()) sum.fault = fault;
}

void PowerIntegral::add(double seconds, const std::vector<RailReading>& readings) {
  const double step = readings_ == 0 ? 0 : seconds - last_;
  if (!std::isfinite(seconds) || step < 0) fail_all(fmt::format("the clock went back by {:.3f} s", -step));
  if (!counts_energy_ && step > longest_gap_) fail_all(fmt::format("the meter was not read for {:.3f} s", step));
  if (readings.size() != rails_.size()) fail_all(fmt::format("{} readings of {} rails", readings.size(), rails_.size()));
  for (size_t i = 0; i < std::min(sums_.size(), readings.size()); ++i) {
    Sum& sum = sums_[i];
    const RailReading& reading = readings[i];
    if (!reading.value || !std::isfinite(*reading.value)) {
      if (sum.fault.empty()) sum.fault = reading.fault.empty() ? rails_[i].name + ": a reading is no number" : reading.fault;
      continue;
    }
    if (readings_ == 0) sum.first = *reading.value;
    if (readings_ > 0) sum.integral += step * (sum.last + *reading.value) / 2;  // mW s
    if (counts_energy_ && readings_ > 0 && *reading.value < sum.last && sum.fault.empty())
      sum.fault = rails_[i].name + ": its counter went back";
    sum.last = *reading.value;
  }
  if (readings_ == 0) first_ = seconds;
  last_ = seconds;
  ++readings_;
}

RailEnergy PowerIntegral::rail_energy(size_t rail, double seconds) const {
  const Sum& sum = sums_[rail];
  RailEnergy energy{rails_[rail].name};
  energy.fault = sum.fault;
  if (energy.fault.empty() && (readings_ < 2 || !(seconds > 0))) energy.fault = "fewer than two readings";
  const double millijoules = counts_energy_ ? sum.last - sum.first : sum.integral;
  if (energy.fault.empty() && counts_energy_ && millijoules <= 0)
    energy.fault = fmt::format("{}: its counter did not move in {:.3f} s", rails_[rail].name, seconds);
  if (!energy.fault.empty()) return energy;
  energy.energy_mj = millijoules;
  energy.power_mw = millijoules / seconds;
  return energy;
}

WindowEnergy PowerIntegral::window() const {
  WindowEnergy window;
  window.seconds = readings_ < 2 ? 0 : last_ - first_;
  window.readings = readings_;
  double total = 0;
  bool whole = has_total(rails_);
  for (size_t i = 0; i < rails_.size(); ++i) {
    window.rails.push_back(rail_energy(i, window.seconds));
    const RailEnergy& rail = window.rails.back();
    if (!rail.fault.empty() && std::find(window.faults.begin(), window.faults.end(), rail.fault) == window.faults.end())
      window.faults.push_back(rail.fault);
    if (!rails_[i].in_total) continue;
    if (rail.energy_mj) total += *rail.energy_mj;
    whole = whole && rail.energy_mj.has_value();
  }
  if (whole) {
    window.energy_mj = total;
    window.power_mw = total / window.seconds;
  }
  return window;
}

}  // namespace tnn
