#include "meters/device_state.h"

#include <sys/utsname.h>

#include <algorithm>
#include <set>

#include "core/processor.h"
#include "meters/attribute.h"
#include "meters/board.h"

namespace tnn {
namespace fs = std::filesystem;
namespace {

/// Adds a number of a file, scaled, where it is one; of two with one name both stay.
void add_number(std::map<std::string, double>& numbers, std::string name, const fs::path& file, double scale, const std::string& id) {
  const AttributeNumber number = read_attribute_number(file);
  if (!number.value) return;
  if (numbers.count(name) > 0) name += " (" + id + ")";
  numbers[name] = *number.value * scale;
}

bool ends_with(const std::string& text, const std::string& end) {
  return text.size() >= end.size() && text.compare(text.size() - end.size(), end.size(), end) == 0;
}

/// Names with a number behind "cpu".
std::vector<fs::path> processors(const fs::path& root) {
  std::vector<fs::path> found;
  for (const fs::path& folder : entries_with_prefix(root / "sys/devices/system/cpu", "cpu")) {
    const std::string name = folder.filename().string();
    if (name.size() > 3 && name.find_first_not_of("0123456789", 3) == std::string::npos) found.push_back(folder);
  }
  return found;
}

void read_clocks(const fs::path& root, DeviceState& state) {
  for (const fs::path& cpu : processors(root))
    add_number(state.clocks_mhz, cpu.filename().string(), cpu / "cpufreq/scaling_cur_freq", 1e-3, "");  // kHz
  for (const fs::path& device : entries_with_prefix(root / "sys/class/devfreq", ""))
    add_number(state.clocks_mhz, device.filename().string(), device / "cur_freq", 1e-6, "");  // Hz
}

void read_throttling(const fs::path& root, DeviceState& state) {
  for (const fs::path& cpu : processors(root))
    for (const char* kind : {"core_throttle_count", "package_throttle_count"})
      add_number(state.throttling, cpu.filename().string() + " " + kind, cpu / "thermal_throttle" / kind, 1, "");
  for (const fs::path& device : entries_with_prefix(root / "sys/class/thermal", "cooling_device")) {
    const std::string type = read_attribute(device / "type").text.value_or(device.filename().string());
    // A fan or the power states of an idle processor are no throttling.
    if (type.find("fan") == std::string::npos && type != "intel_powerclamp")
      add_number(state.throttling, type + " cooling state", device / "cur_state", 1, device.filename().string());
  }
  for (const fs::path& monitor : entries_with_prefix(root / "sys/class/hwmon", "hwmon"))
    for (const fs::path& file : entries_with_prefix(monitor, "oc"))
      if (ends_with(file.filename().string(), "_event_cnt"))
        add_number(state.throttling, "over-current " + file.filename().string(), file, 1, monitor.filename().string());
}

/// The distinct texts of files, "schedutil" or "performance, schedutil".
std::string distinct_texts(const std::vector<fs::path>& files) {
  std::set<std::string> texts;
  for (const fs::path& file : files)
    if (const AttributeText read = read_attribute(file); read.text) texts.insert(*read.text);
  std::string all;
  for (const std::string& text : texts) all += (all.empty() ? "" : ", ") + text;
  return all;
}

}  // namespace

DeviceState read_device_state(const fs::path& root) {
  DeviceState state;
  for (const fs::path& zone : entries_with_prefix(root / "sys/class/thermal", "thermal_zone"))
    add_number(state.temperatures_c, read_attribute(zone / "type").text.value_or(zone.filename().string()), zone / "temp", 1e-3,
               zone.filename().string());
  read_clocks(root, state);
  read_throttling(root, state);
  return state;
}

std::vector<std::string> throttled_between(const DeviceState& before, const DeviceState& after) {
  std::vector<std::string> names;
  for (const auto& [name, value] : after.throttling) {
    const auto earlier = before.throttling.find(name);
    if (earlier != before.throttling.end() && value > earlier->second) names.push_back(name);
  }
  return names;
}

std::map<std::string, std::string> device_description(const fs::path& root) {
  std::map<std::string, std::string> description{{"processor", processor_name()}};
  const auto add = [&](const char* name, const std::string& text) {
    if (!text.empty()) description[name] = text;
  };
  const auto text = [&](const char* file) { return read_attribute(root / file).text.value_or(""); };
  const Board board = read_board(root);
  add("board", board.name);
  add("device_tree_model", board.model);
  add("power_mode", text("var/lib/nvpmodel/status"));
  add("l4t", text("etc/nv_tegra_release"));
  std::vector<fs::path> governors;
  for (const fs::path& cpu : processors(root)) governors.push_back(cpu / "cpufreq/scaling_governor");
  add("cpu_governor", distinct_texts(governors));
  for (const fs::path& device : entries_with_prefix(root / "sys/class/devfreq", ""))
    if (const auto governor = read_attribute(device / "governor").text)
      description["governor of " + device.filename().string()] = *governor;
  utsname system{};
  if (::uname(&system) == 0) add("kernel", std::string(system.sysname) + " " + system.release + " " + system.machine);
  return description;
}

}  // namespace tnn
