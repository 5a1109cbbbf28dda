#pragma once

#include "models/registry.h"

namespace tnn {

/// CNN of keyword spotting and of the REDS experiments, variant s or l: two convolutions without padding, a narrow linear layer without
/// activation, a hidden layer of 128, the classifier; a batch norm after each convolution and the hidden layer where `batch_norm` says so.
/// Every layer but the classifier has a gate of its own with D = `cardinality` groups, at most its units. Kernels are 10x4 on spectrograms
/// (height over twice the width, such as 49x10) and 3x3 on images.
Graph cnn(const ModelOptions& options);

}  // namespace tnn
