#include "gating/nested.h"

namespace tnn {

Configuration NestedGating::configuration(double u, RandomStream&) const { return first_groups(check_utilization(u)); }

}  // namespace tnn
