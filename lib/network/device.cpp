#include "network/device.h"

#include <fmt/format.h>

#include "core/error.h"
#include "network/cuda_module.h"

namespace tnn {

namespace {

std::string why_no_gpu() {
  if (!load_cuda_module()) return "the GPU module is missing: " + cuda_module_message();
  const std::string fault = cuda_device_fault();
  return "no GPU is visible" + (fault.empty() ? "" : ": " + fault);
}

}  // namespace

c10::Device choose_device(const std::string& name) {
  if (name != "auto" && name != "cpu" && name != "cuda") throw UsageError(unknown_name_message("device", name, {"auto", "cpu", "cuda"}));
  const bool gpu = name != "cpu" && cuda_device_count() > 0;
  if (name == "cuda" && !gpu) throw UsageError("device 'cuda' cannot be used, " + why_no_gpu() + " (allowed here: auto, cpu)");
  return gpu ? c10::Device(c10::kCUDA, 0) : c10::Device(c10::kCPU);
}

std::string describe_device(c10::Device device) {
  if (!device.is_cuda()) return "CPU";
  const int index = device.has_index() ? device.index() : 0;
  constexpr double kGiB = 1024.0 * 1024.0 * 1024.0;
  return fmt::format("{}, {:.0f} GiB", cuda_device_name(index), static_cast<double>(cuda_device_memory_bytes(index)) / kGiB);
}

}  // namespace tnn
