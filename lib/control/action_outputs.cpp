#include "control/action_outputs.h"

#include "control/confidence.h"

namespace tnn {

bool ActionOutputs::is_right(int64_t sample, int64_t action) const {
  return top_class(of(sample, action), classes) == labels[static_cast<size_t>(sample)];
}

}  // namespace tnn
