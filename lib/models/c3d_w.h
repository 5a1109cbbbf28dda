#pragma once

#include "models/registry.h"

namespace tnn {

/// C3D-W (DTNN 4.1 and Table 4): eight 3x3x3 convolutions with ReLU and five max pools over clips, two hidden layers, the classifier. The
/// first convolution and the classifier have no gate; every other layer has one of its own over its channels. The gates of conv3 to conv8
/// have D = `cardinality` groups, those of conv2 and of the hidden layers min(D, 16): Table 4 is `cardinality` = 32. `width_multiplier`
/// times the channels of every layer; a batch norm follows each convolution and hidden layer where `batch_norm` says so, dropout each
/// hidden layer. UsageError for clips under 16 frames of 32x32 positions, which the pools would leave without a position.
Graph c3d_w(const ModelOptions& options);

}  // namespace tnn
