#pragma once

#include "models/registry.h"

namespace tnn {

/// MobileNet v2: inverted residuals (1x1 expansion, depthwise 3x3, 1x1 without activation), batch norm and ReLU6, torchvision's names. The
/// blocks of one output width share one channel gate, which opens their expanded channels and the channels between them together; D is
/// `cardinality`, at most the narrowest width. Images under 64 positions: the first two subsamplings are left out.
Graph mobilenet_v2(const ModelOptions& options);

}  // namespace tnn
