#pragma once

#include <filesystem>
#include <memory>

#include "meters/meter.h"

namespace tnn {

/// The energy counters of a processor (RAPL) below sys/class/powercap. They wrap at max_energy_range_uj, which is put right as long as a
/// reading comes before the next wrap. The total is that of the packages and their memory (dram); core and uncore lie inside a package, and
/// psys holds all of them. `root` stands for "/". NoMeter where there is none or it cannot be read (often by root only).
std::unique_ptr<Meter> open_rapl(const std::filesystem::path& root);

}  // namespace tnn
