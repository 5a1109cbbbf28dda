#pragma once

#include "models/registry.h"

namespace tnn {

/// DS-CNN of keyword spotting and of the REDS experiments, variant s (64 channels, 4 pairs) or l (276 channels, 5 pairs): a convolution,
/// then pairs of depthwise 3x3 and pointwise 1x1 convolutions, each with bias, batch norm and ReLU. Every channel space has a gate of its
/// own with D = `cardinality` groups. The first convolution is 10x4 on spectrograms (height over twice the width, such as 49x10) and 3x3
/// on images; padding is symmetrical, where TensorFlow's pads one side more.
Graph ds_cnn(const ModelOptions& options);

}  // namespace tnn
