#include "core/processor.h"

#include <fstream>
#include <map>

namespace tnn {

std::string processor_name() {
  std::map<std::string, std::string> first;  // of each key
  std::ifstream cpu("/proc/cpuinfo");
  for (std::string line; std::getline(cpu, line);) {
    const size_t colon = line.find(": "), name = line.find_first_of("\t:");
    if (colon != std::string::npos) first.emplace(line.substr(0, name), line.substr(colon + 2));
  }
  if (first.count("model name")) return first["model name"];
  if (first.count("CPU part")) return "processor of maker " + first["CPU implementer"] + ", part " + first["CPU part"];
  return "unknown processor";
}

}  // namespace tnn
