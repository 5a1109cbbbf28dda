#pragma once

#include <filesystem>
#include <memory>

#include "meters/meter.h"

namespace tnn {

/// The batteries of a laptop below sys/class/power_supply, by power_now or current_now times voltage_now. What they give is the power of
/// the whole machine, and only while they discharge: a battery that charges is a fault, not a number. `root` stands for "/". NoMeter where
/// there is no battery that discharges.
std::unique_ptr<Meter> open_battery(const std::filesystem::path& root);

}  // namespace tnn
