#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "control/governor.h"

namespace tnn {

/// What is put on the machine from one time on, and what its sensors are taken to say then (kNoReading: they are asked).
struct LoadRow {
  double time_s = 0;
  double busy_threads = 0;  ///< that do nothing but compute; 1.5: one, and one that does so half of the time
  double temperature_c = kNoReading, power_mw = kNoReading, battery = kNoReading;
};

/// The load of a stream over time: each row holds until the next. Never empty.
class LoadSchedule {
 public:
  /// "none", "step" (all processors busy in the middle third), "ramp" (rising from none to all), "spikes" (all busy in the last quarter of
  /// each tenth); UsageError lists the names. `processors`: of the process, each kept busy by one thread where all are.
  static LoadSchedule synthetic(const std::string& name, double seconds, int processors);
  /// A CSV file with the header time_s,busy_threads or time_s,load (busy threads a processor), and, on request, temperature_c, power_mw and
  /// battery; times rise. DataError "file:line: ..." for anything else.
  static LoadSchedule read(const std::filesystem::path& file, int processors);

  const LoadRow& at(double time_s) const;
  double most_busy_threads() const;
  /// Whether any row says what this field is.
  bool tells(double LoadRow::*field) const;

 private:
  explicit LoadSchedule(std::vector<LoadRow> rows) : rows_(std::move(rows)) {}
  std::vector<LoadRow> rows_;
};

std::vector<std::string> synthetic_load_names();

}  // namespace tnn
