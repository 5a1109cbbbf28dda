#pragma once

#include "models/registry.h"

namespace tnn {

/// ResNet-D (DTNN 4.1, Eq. 3): each residual block that keeps its shape is a branch; the branches of a stage are under one gate, which
/// opens the first of them first. Large images: depth 18, 34 (basic blocks), 50, 101 or 152 (bottlenecks), torchvision's names; small ones:
/// depth 6n + 2 (20, 32, 44, 56, 110), three stages of n basic blocks with 1x1 convolutions as shortcuts
/// (variant b), or with every other position and zero channels in their place (variant a: no parameters, as He et al. trained on CIFAR;
/// variant a_last: the same, but a stage's last block, not the next one's first, subsamples and widens, in its second convolution). Variant
/// imagenet: depths, widths and blocks as for large images after a 3x3 convolution of stride 1, as pytorch-cifar has them.
Graph resnet_d(const ModelOptions& options);

/// Names of CIFAR ResNets in circulation: "linear" is the classifier, "shortcut" the projection; of variant a_last
/// "first_block.residual_block.0.3" the second convolution of the first stage's first block, "first_block.final_block" its last.
std::string resnet_pretrained_name(const std::string& name, const ModelOptions& options);

}  // namespace tnn
