#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/error.h"

namespace tnn {

/// One power rail or energy counter of a meter.
struct Rail {
  std::string name;
  bool in_total = false;  ///< one of those whose sum is the power of the whole module
};

/// What a rail says at one moment. Without a value `fault` says why: a reading that failed is never a number.
struct RailReading {
  std::optional<double> value = {};  ///< milliwatts, or millijoules of a counter
  std::string fault = {};
};

/// A source of power or energy: one value a rail whenever it is read.
class Meter {
 public:
  virtual ~Meter() = default;
  /// What it is, for reports: "ina3221 (driver ina3221x, JetPack 4)".
  virtual std::string name() const = 0;
  virtual const std::vector<Rail>& rails() const = 0;
  /// Whether readings are millijoules since some beginning, rather than milliwatts at the moment.
  virtual bool counts_energy() const { return false; }
  /// The shortest time, in seconds, over which its values mean something: several of its own updates.
  virtual double shortest_window() const = 0;
  /// What a reader of its figures should know: rails that were left out, and why; why there is no total.
  virtual const std::vector<std::string>& notes() const = 0;
  /// Reads every rail. `seconds`: the time on the caller's monotonic clock. `readings` gets one entry a rail.
  virtual void read(double seconds, std::vector<RailReading>& readings) = 0;
};

/// A meter that was asked for is not there, or cannot be read (exit code 1).
struct NoMeter : SystemError {
  explicit NoMeter(const std::string& message) : SystemError(message) {}
};

/// Whether any rail is part of the total.
bool has_total(const std::vector<Rail>& rails);

}  // namespace tnn
