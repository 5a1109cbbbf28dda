#pragma once

#include "models/registry.h"

namespace tnn {

/// ResNet-D (DTNN 4.1, Eq. 3): each residual block that keeps its shape is a branch; the branches of a stage are under one gate, which
/// opens the first of them first. Large images: depth 18, 34 (basic blocks), 50, 101 or 152 (bottlenecks), torchvision's names; small ones:
/// depth 6n + 2 (20, 32, 44, 56, 110), three stages of n basic blocks with 1x1 convolutions as shortcuts (option B).
Graph resnet_d(const ModelOptions& options);

}  // namespace tnn
