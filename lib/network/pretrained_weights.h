#pragma once

#include "formats/pretrained/pretrained.h"
#include "network/network.h"

namespace tnn {

/// Copies a trained network's parameters into a network of the same graph. What single operating points have of their own (statistics,
/// switchable scale and shift) starts as what the trained network has for its one.
void load_pretrained(const PretrainedTensors& trained, Network& network);

}  // namespace tnn
