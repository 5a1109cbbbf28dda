#pragma once

#include "models/registry.h"

namespace tnn {

/// ResNeXt-W (DTNN 4.1): the D = `cardinality` groups of the grouped 3x3 convolutions are the transformations of a throttleable block; a
/// block is 1x1, grouped 3x3 (both inside the gate, batch norm in each path), then a 1x1 that sums the active groups, and the shortcut.
/// The blocks of a stage share one gate. Large images: depth 50 or 101, torchvision's names and shapes; small ones: depth 9n + 2, three
/// stages of n blocks after a 3x3 stem.
Graph resnext_w(const ModelOptions& options);

}  // namespace tnn
