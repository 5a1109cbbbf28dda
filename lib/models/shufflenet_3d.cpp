#include "models/shufflenet_3d.h"

#include "models/layers.h"
#include "models/shufflenet.h"

namespace tnn {

Graph shufflenet_3d(const ModelOptions& options) {
  require_clip_input("shufflenet_3d", options);
  return shufflenet_of("shufflenet_3d", options);
}

}  // namespace tnn
