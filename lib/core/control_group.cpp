#include <algorithm>
#include <cmath>
#include <fstream>
#include <sstream>
#include <vector>

#include "core/processor.h"

namespace tnn {
namespace fs = std::filesystem;
namespace {

/// A hierarchy of control groups in the file system.
struct Hierarchy {
  fs::path mount;      ///< where it is seen
  std::string origin;  ///< the group that is seen there: "/", or in a container its own
  std::string group;   ///< of this process
};

std::vector<std::string> lines_of(const fs::path& file) {
  std::ifstream stream(file);
  std::vector<std::string> lines;
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> parts;
  std::istringstream stream(text);
  for (std::string part; std::getline(stream, part, separator);) parts.push_back(part);
  return parts;
}

bool holds(const std::string& list, const std::string& name) {
  const auto names = split(list, ',');
  return std::find(names.begin(), names.end(), name) != names.end();
}

/// "4:cpu,cpuacct:/path" of version 1, "0::/path" of version 2 (`controller` is empty); "" where there is none.
std::string group_of(const fs::path& root, const std::string& controller) {
  for (const std::string& line : lines_of(root / "proc/self/cgroup")) {
    const size_t first = line.find(':'), second = line.find(':', first + 1);
    if (first == std::string::npos || second == std::string::npos) continue;
    const std::string controllers = line.substr(first + 1, second - first - 1);
    if (controller.empty() ? controllers.empty() : holds(controllers, controller)) return line.substr(second + 1);
  }
  return "";
}

/// By /proc/self/mountinfo: "36 35 98:0 ORIGIN MOUNT options ... - cgroup source OPTIONS".
std::vector<Hierarchy> hierarchies(const fs::path& root) {
  std::vector<Hierarchy> found;
  for (const std::string& line : lines_of(root / "proc/self/mountinfo")) {
    const size_t dash = line.find(" - ");
    if (dash == std::string::npos) continue;
    const auto left = split(line.substr(0, dash), ' '), right = split(line.substr(dash + 3), ' ');
    if (left.size() < 5 || right.empty()) continue;
    const bool second = right[0] == "cgroup2", first = right[0] == "cgroup" && right.size() > 2 && holds(right[2], "cpu");
    const std::string group = second ? group_of(root, "") : first ? group_of(root, "cpu") : "";
    if (!group.empty()) found.push_back({root / fs::path(left[4]).relative_path(), left[3], group});
  }
  return found;
}

/// Processors that one group's own quota comes to: cpu.max of version 2, cpu.cfs_quota_us of version 1.
std::optional<double> quota_of(const fs::path& folder) {
  std::string quota = "max";
  double period = 0;
  if (std::ifstream both(folder / "cpu.max"); both) {
    both >> quota >> period;
  } else {
    std::ifstream(folder / "cpu.cfs_quota_us") >> quota;
    std::ifstream(folder / "cpu.cfs_period_us") >> period;
  }
  const double time = std::strtod(quota.c_str(), nullptr);  // "max": 0; version 1 without a quota: -1
  if (time <= 0 || period <= 0) return std::nullopt;
  return time / period;
}

}  // namespace

std::optional<int> control_group_processors(const fs::path& root) {
  std::optional<double> least;
  for (const Hierarchy& hierarchy : hierarchies(root)) {
    const bool below = hierarchy.origin != "/" && hierarchy.group.rfind(hierarchy.origin, 0) == 0;
    const fs::path group = fs::path(below ? hierarchy.group.substr(hierarchy.origin.size()) : hierarchy.group).relative_path();
    // The quotas of all groups above hold, too; what is not seen here counts as the top.
    for (fs::path part = group;; part = part.parent_path()) {
      if (const auto quota = quota_of(hierarchy.mount / part); quota && (!least || *quota < *least)) least = quota;
      if (part.empty()) break;
    }
  }
  if (!least) return std::nullopt;
  return std::max(1, static_cast<int>(std::ceil(std::min(*least, 1e6) - 1e-9)));
}

}  // namespace tnn
