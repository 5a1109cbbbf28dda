#pragma once

#include "models/registry.h"

namespace tnn {

/// MobileNet v2: inverted residuals (1x1 expansion, depthwise 3x3, 1x1 without activation), batch norm and ReLU6, torchvision's names. The
/// blocks of one output width share one channel gate, which opens their expanded channels and the channels between them together; D is
/// `cardinality`, at most the narrowest width. Images under 64 positions: the first two subsamplings are left out. Variant residual is the
/// paper's; variant projected is that of pytorch-cifar: every block expands, a block that keeps the extent and changes the width adds its
/// input through a 1x1 convolution, and activations are ReLU.
Graph mobilenet_v2(const ModelOptions& options);

/// Names of pytorch-cifar: "layers.0.conv1" expands in the first block, "conv2" is the last convolution, "linear" the classifier.
std::string mobilenet_v2_pretrained_name(const std::string& name, const ModelOptions& options);

}  // namespace tnn
