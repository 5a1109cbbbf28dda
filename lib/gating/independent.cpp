#include "gating/independent.h"

#include <numeric>

namespace tnn {

Configuration IndependentGating::configuration(double u, RandomStream& random) const {
  const std::vector<int> active = counts(check_utilization(u));
  Configuration configuration;
  for (size_t g = 0; g < gates_.size(); ++g) {
    std::vector<int> groups(static_cast<size_t>(gates_[g].groups));
    std::iota(groups.begin(), groups.end(), 0);
    random.shuffle(groups);
    groups.resize(static_cast<size_t>(active[g]));
    configuration.gates.push_back(ActiveGroups::of(gates_[g].groups, std::move(groups)));
  }
  return configuration;
}

}  // namespace tnn
