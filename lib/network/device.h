#pragma once

#include <c10/core/Device.h>

#include <string>

namespace tnn {

/// The device that "auto", "cpu" or "cuda" names; auto is the first GPU where there is one, else the CPU. UsageError for another name, and
/// for cuda where the GPU module is not loaded or sees no GPU.
c10::Device choose_device(const std::string& name);

/// "CPU", or the GPU's name and memory: "NVIDIA H100, 79 GiB".
std::string describe_device(c10::Device device);

}  // namespace tnn
