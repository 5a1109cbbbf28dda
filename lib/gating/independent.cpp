#include "gating/independent.h"

#include <numeric>

namespace tnn {

Configuration IndependentGating::configuration(double u, RandomStream& random) const {
  check_utilization(u);
  Configuration configuration;
  for (const Gate& gate : gates_) {
    std::vector<int> groups(static_cast<size_t>(gate.groups));
    std::iota(groups.begin(), groups.end(), 0);
    random.shuffle(groups);
    groups.resize(static_cast<size_t>(count(gate, u)));
    configuration.gates.push_back(ActiveGroups::of(gate.groups, std::move(groups)));
  }
  return configuration;
}

}  // namespace tnn
