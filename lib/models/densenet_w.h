#pragma once

#include "models/registry.h"

namespace tnn {

/// DenseNet-BC (DTNN 4.1). Variant w (DenseNet-W): the channels inside the dense layers of a block are gated, the bottleneck by one gate
/// of min(cardinality, 4k) groups and the growth k by one of min(cardinality, k). Variant d (DenseNet-D): each dense layer is a branch that
/// is concatenated, one gate a block. Variant dw: both. Stem, transitions and classifier are not gated; what they read shrinks.
/// Large images: depth 121, 169 or 201, growth 32, torchvision's names; small ones: depth 6n + 4, growth 12, three blocks.
Graph densenet_w(const ModelOptions& options);

/// torchvision's early files say "denselayer1.norm.1" where its module is "denselayer1.norm1".
std::string densenet_pretrained_name(const std::string& name, const ModelOptions& options);

}  // namespace tnn
