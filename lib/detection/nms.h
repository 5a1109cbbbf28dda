#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "detection/box.h"

namespace tnn {

/// The order of falling scores; equal ones stay in theirs. NaN comes last.
std::vector<int32_t> by_score(std::span<const float> scores);

/// Non-maximum suppression: from the highest score on, every box that has an IoU above `threshold` with one that is kept is left out. The
/// indices of the kept boxes by falling score, at most `most` (0: all). `classes`: boxes of different classes leave each other in peace;
/// empty: all are one class.
std::vector<int32_t> nms(std::span<const Box> boxes, std::span<const float> scores, std::span<const int32_t> classes, double threshold,
                         int64_t most = 0);

}  // namespace tnn
