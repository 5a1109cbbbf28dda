#pragma once

#include "models/registry.h"

namespace tnn {

/// ResNet-D (DTNN 4.1, Eq. 3): each residual block that keeps its shape is a branch; the branches of a stage are under one gate, which
/// opens the first of them first. Large images: depth 18, 34 (basic blocks), 50, 101 or 152 (bottlenecks), torchvision's names; small ones:
/// depth 6n + 2 (20, 32, 44, 56, 110), three stages of n basic blocks with 1x1 convolutions as shortcuts
/// (variant b), or with every other position and zero channels in their place (variant a: no parameters, as He et al. trained on CIFAR).
Graph resnet_d(const ModelOptions& options);

/// Names of CIFAR ResNets in circulation: "linear" is the classifier, "shortcut" the projection.
std::string resnet_pretrained_name(const std::string& name);

}  // namespace tnn
