#pragma once

#include <memory>
#include <string>

#include "meters/meter.h"

namespace tnn {

/// The energy counter of NVIDIA GPUs, or their power where there is no counter, by NVML, which is loaded when this is called: `library` is
/// its file, empty: that which the environment variable TNN_NVML names, else libnvidia-ml.so.1. The total is that of GPU 0. NoMeter where
/// it does not load, or no GPU says anything (NVML is there on Jetson Orin, but has no power).
std::unique_ptr<Meter> open_nvml(const std::string& library = "");

}  // namespace tnn
