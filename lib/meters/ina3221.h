#pragma once

#include <filesystem>
#include <memory>

#include "meters/meter.h"

namespace tnn {

/// The INA3221 power monitors of a Jetson, by whichever driver the kernel has: `ina3221x` (JetPack 4: in_powerN_input in mW) or `ina3221`
/// (JetPack 5 and 6: inN_input in mV times currN_input in mA). Channels that sum others, that are not connected or cannot be read are left
/// out, and said. `root` stands for "/". NoMeter where there is no rail.
std::unique_ptr<Meter> open_ina3221(const std::filesystem::path& root);

}  // namespace tnn
