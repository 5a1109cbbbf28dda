#pragma once

#include "models/registry.h"

namespace tnn {

/// ShuffleNet over clips (DTNN 4.4.1 and Table 5), the controller of gesture recognition: shufflenet.h with windows over time, too.
Graph shufflenet_3d(const ModelOptions& options);

}  // namespace tnn
