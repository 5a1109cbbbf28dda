#pragma once

#include <c10/core/Device.h>

#include <string>

namespace tnn {

/// The device that "auto", "cpu" or "cuda" names. UsageError where there is no such device.
c10::Device choose_device(const std::string& name);
/// "CPU", or the GPU's name and memory.
std::string describe_device(c10::Device device);

}  // namespace tnn
