#pragma once

#include "models/registry.h"

namespace tnn {

/// VGG-W (DTNN 4.1): 3x3 convolutions in stages with a 2x2 max pool after each, then fully connected layers. The convolutions of a stage
/// share one channel gate, each hidden layer has its own; at least one group stays active, so that the result is never cut off. The paper's
/// net is the default of `stages`: VGG-D truncated to three stages, one hidden layer of 4096. Depth 11, 13, 16 or 19: the whole net of five
/// stages with torchvision's names; its classifier there is `hidden` = [4096, 4096] (images of 224 x 224).
Graph vgg_w(const ModelOptions& options);

/// VGGs for CIFAR have one linear layer, "classifier", after the features: `hidden` = [].
std::string vgg_pretrained_name(const std::string& name, const ModelOptions& options);

}  // namespace tnn
