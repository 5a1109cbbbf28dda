#pragma once

#include "models/registry.h"

namespace tnn {

/// ShuffleNet v1 (Zhang et al. 2018) of three groups: a 3x3 convolution, then 16 units in three stages of 240, 480 and 960 channels, pooled
/// and classified. A unit is a 1x1 group convolution to a quarter of its channels, a channel shuffle, a depthwise 3x3 convolution and a 1x1
/// group convolution, each with batch norm, beside a shortcut: the input that is added, or, in the first unit of a stage, its average pool
/// that is concatenated. The first 1x1 convolution of all is not grouped. No gates: the network is not throttleable. `width_multiplier`
/// times the channels, rounded to what groups and units divide. Images under 64 positions: a first convolution of stride 1 and no max pool.
Graph shufflenet(const ModelOptions& options);

/// The same network on images or clips, whose windows slide over space, or space and time; `name` is the graph's. Clips: the first
/// convolution keeps the frames (stride 1x2x2).
Graph shufflenet_of(const std::string& name, const ModelOptions& options);

}  // namespace tnn
