#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "meters/meter.h"

namespace tnn {

/// Which meter is asked for.
struct MeterRequest {
  std::string meter = "auto";        ///< auto, ina3221, nvml, rapl, battery, csv=FILE, none
  std::filesystem::path root = "/";  ///< what stands for "/" where sysfs and procfs are read
  bool gpu = false;                  ///< the engine computes on a GPU: auto asks NVML, too
};

/// A meter that is ready, and what led to it.
struct MeterChoice {
  std::unique_ptr<Meter> meter;      ///< null: none
  std::vector<std::string> reasons;  ///< of auto: why each of those before it is not taken
};

/// UsageError for a name that is none, and where a root folder is not there; NoMeter where the one that is named is not there. `auto` takes
/// the first of ina3221, nvml (for a GPU engine), rapl and battery that is there, or none.
MeterChoice open_meter(const MeterRequest& request);

/// The file of csv=FILE; empty: another meter.
std::filesystem::path recording_of(const MeterRequest& request);

}  // namespace tnn
