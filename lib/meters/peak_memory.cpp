#include "meters/peak_memory.h"

#include <fstream>
#include <sstream>
#include <string>

namespace tnn {

void reset_peak_memory() { std::ofstream("/proc/self/clear_refs") << "5"; }

std::optional<int64_t> peak_memory_bytes() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    std::istringstream words(line);
    std::string key;
    int64_t kibibytes = 0;
    if (words >> key && key == "VmHWM:" && words >> kibibytes) return kibibytes * 1024;
  }
  return std::nullopt;
}

}  // namespace tnn
