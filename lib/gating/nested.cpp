#include "gating/nested.h"

namespace tnn {

Configuration NestedGating::configuration(double u, RandomStream&) const {
  check_utilization(u);
  Configuration configuration;
  for (const Gate& gate : gates_) configuration.gates.push_back(ActiveGroups::first(gate.groups, count(gate, u)));
  return configuration;
}

}  // namespace tnn
