#include "core/processor.h"

#include <sched.h>

#include <algorithm>
#include <condition_variable>
#include <fstream>
#include <map>
#include <mutex>
#include <system_error>
#include <thread>
#include <vector>

namespace tnn {
namespace {

/// Processors of the affinity mask, of whatever size that is; 0 where the system does not say.
int affinity_processors() {
  for (int processors = 1024; processors <= (1 << 20); processors *= 4) {
    cpu_set_t* const set = CPU_ALLOC(static_cast<size_t>(processors));
    if (!set) return 0;
    const size_t bytes = CPU_ALLOC_SIZE(static_cast<size_t>(processors));
    CPU_ZERO_S(bytes, set);
    const int count = sched_getaffinity(0, bytes, set) == 0 ? CPU_COUNT_S(bytes, set) : 0;
    CPU_FREE(set);
    if (count > 0) return count;
  }
  return 0;
}

}  // namespace

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

int available_processors() {
  int processors = affinity_processors();
  if (processors == 0) processors = static_cast<int>(std::thread::hardware_concurrency());
  if (const auto quota = control_group_processors()) processors = std::min(processors, *quota);
  return std::max(1, processors);
}

int threads_or_available(int asked) { return asked > 0 ? asked : available_processors(); }

int startable_threads(int wanted) {
  std::mutex mutex;
  std::condition_variable ended;
  bool end = false;
  std::vector<std::thread> threads;
  try {
    while (static_cast<int>(threads.size()) + 1 < wanted)
      threads.emplace_back([&] {
        std::unique_lock lock(mutex);
        ended.wait(lock, [&] { return end; });
      });
  } catch (const std::exception&) {  // no further thread, or no memory for one
  }
  {
    const std::lock_guard lock(mutex);
    end = true;
  }
  ended.notify_all();
  for (std::thread& thread : threads) thread.join();
  return static_cast<int>(threads.size()) + 1;
}

}  // namespace tnn
