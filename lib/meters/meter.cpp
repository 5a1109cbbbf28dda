#include "meters/meter.h"

#include <algorithm>

namespace tnn {

bool has_total(const std::vector<Rail>& rails) {
  return std::any_of(rails.begin(), rails.end(), [](const Rail& rail) { return rail.in_total; });
}

}  // namespace tnn
