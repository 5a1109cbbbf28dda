#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "meters/meter.h"

namespace tnn {

/// The energy of one rail over a window of time. Where any reading failed there is none, and `fault` says why.
struct RailEnergy {
  std::string name;
  std::optional<double> energy_mj = {}, power_mw = {};  ///< millijoules; their mean over the window
  std::string fault = {};
};

/// What a meter measured over a window.
struct WindowEnergy {
  double seconds = 0;
  int64_t readings = 0;
  double sampling_seconds = 0;  ///< processor time that reading the meter took, of the sampler's thread
  std::vector<RailEnergy> rails = {};
  std::optional<double> energy_mj = {}, power_mw = {};  ///< of the whole module, where its rails are known and all were read
  std::vector<std::string> faults = {};                 ///< each once
};

/// Integrates power over time by the trapezoid rule, or takes the difference of counters, for each rail. A time that goes back, a reading
/// that fails, a gap of more than `longest_gap` seconds between readings of power, and a counter that did not move make faults.
class PowerIntegral {
 public:
  static constexpr double kLongestGap = 0.5;

  PowerIntegral(std::vector<Rail> rails, bool counts_energy, double longest_gap = kLongestGap)
      : rails_(std::move(rails)), counts_energy_(counts_energy), longest_gap_(longest_gap) {
    begin();
  }

  /// A new window: forgets the readings before.
  void begin();
  /// Readings at a time in seconds, one a rail.
  void add(double seconds, const std::vector<RailReading>& readings);
  WindowEnergy window() const;

 private:
  struct Sum {
    double first = 0, last = 0, integral = 0;
    std::string fault = {};
  };
  void fail_all(const std::string& fault);
  RailEnergy rail_energy(size_t rail, double seconds) const;

  std::vector<Rail> rails_;
  bool counts_energy_;
  double longest_gap_;
  double first_ = 0, last_ = 0;
  int64_t readings_ = 0;
  std::vector<Sum> sums_;
};

}  // namespace tnn
