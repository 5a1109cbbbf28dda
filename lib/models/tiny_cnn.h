#pragma once

#include "models/registry.h"

namespace tnn {

/// Three 3x3 convolutions of 8, 16 and 32 channels and stride 2, each with batch norm and ReLU, pooled and classified: under .2 million
/// multiply-accumulates an image of 28x28, as a controller of small images wants. Clips, too, with windows over time. No gates: the network
/// is not throttleable. `width_multiplier` times the channels.
Graph tiny_cnn(const ModelOptions& options);

}  // namespace tnn
