#pragma once

#include <filesystem>
#include <memory>
#include <vector>

#include "meters/meter.h"

namespace tnn {

/// Power that another instrument recorded: a header "time_s,NAME,...", then one line a moment with the seconds and each rail's milliwatts.
struct PowerRecording {
  std::vector<std::string> names;               ///< of the rails; "_mw" at a column's end is left out
  std::vector<double> seconds;                  ///< rising
  std::vector<std::vector<double>> milliwatts;  ///< of each moment, one a rail
};

/// DataError names the line where there is another number of cells, a cell that is no number, or a time that does not rise.
PowerRecording read_power_recording(const std::filesystem::path& file);

/// Plays a recording back, from its begin at the first reading on, straight between its moments. A rail "total" is the total; else the
/// sum of all is. After the recording's end its rails are faults.
std::unique_ptr<Meter> open_recorded_power(const std::filesystem::path& file);

}  // namespace tnn
