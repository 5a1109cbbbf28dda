#pragma once

#include "models/registry.h"

namespace tnn {

/// MobileNet v1: a 3x3 convolution, then 13 pairs of depthwise 3x3 and pointwise 1x1 convolutions, each with batch norm and ReLU. The
/// layers of one resolution share one channel gate of D = `cardinality` groups; a depthwise convolution keeps the space of its input.
/// Images under 64 positions: the first convolution has stride 1.
Graph mobilenet(const ModelOptions& options);

/// Names of pytorch-cifar: "layers.0.conv1" is the depthwise convolution of the first pair, "linear" the classifier.
std::string mobilenet_pretrained_name(const std::string& name, const ModelOptions& options);

}  // namespace tnn
