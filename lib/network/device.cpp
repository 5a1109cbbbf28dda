#include "network/device.h"

namespace tnn {

c10::Device choose_device(const std::string&) { return c10::Device(c10::kCPU); }
std::string describe_device(c10::Device) { return "CPU"; }

}  // namespace tnn
