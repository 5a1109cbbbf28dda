// Stands in for libnvidia-ml.so.1 in tests: one GPU, whose counter moves by 250 mJ and whose power is 100 W at each reading. The
// environment variable TNN_NVML_STAND_IN says what it has: "energy" (both), "power", "none" (as on Jetson Orin), "still" (a counter that
// does not move).
#include <cstdlib>
#include <cstring>
#include <string>

namespace {
constexpr int kSuccess = 0, kNotSupported = 3;
int device = 0;
unsigned long long millijoules = 1000000;

std::string mode() {
  const char* named = std::getenv("TNN_NVML_STAND_IN");
  return named ? named : "energy";
}
}  // namespace

extern "C" {
int nvmlInit_v2() { return kSuccess; }
int nvmlShutdown() { return kSuccess; }
int nvmlDeviceGetCount_v2(unsigned* count) {
  *count = 1;
  return kSuccess;
}
int nvmlDeviceGetHandleByIndex_v2(unsigned, void** handle) {
  *handle = &device;
  return kSuccess;
}
int nvmlDeviceGetName(void*, char* name, unsigned length) {
  std::strncpy(name, "Stand-in", length);
  return kSuccess;
}
int nvmlDeviceGetTotalEnergyConsumption(void*, unsigned long long* energy) {
  if (mode() == "power" || mode() == "none") return kNotSupported;
  *energy = mode() == "still" ? millijoules : millijoules += 250;
  return kSuccess;
}
int nvmlDeviceGetPowerUsage(void*, unsigned* power) {
  if (mode() == "none") return kNotSupported;
  *power = 100000;
  return kSuccess;
}
const char* nvmlErrorString(int status) { return status == kNotSupported ? "Not Supported" : "error"; }
}
