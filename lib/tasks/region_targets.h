#pragma once

#include <cstdint>
#include <vector>

#include "detection/box.h"
#include "network/input_batch.h"

namespace tnn {

/// What the images of a batch show, out of its targets (data/box_targets.h); boxes in pixels of the network's input.
struct ImageObjects {
  std::vector<Box> objects;      ///< to be learnt
  std::vector<int64_t> labels;   ///< of each
  std::vector<Box> ignored;      ///< difficult ones and crowds
  double height = 0, width = 0;  ///< of the part of the input that the image fills
};
std::vector<ImageObjects> objects_of(const Targets& targets);

}  // namespace tnn
