#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/random_stream.h"
#include "detection/box.h"
#include "detection/detector_options.h"

namespace tnn {

/// What a box was matched with: the index of an object (0 or more), or one of these.
constexpr int32_t kBackground = -1, kLeftOut = -2;

/// Matches each candidate with the object it has the highest IoU with: from foreground_iou on that object; below background_iou nothing;
/// between the two it is left out. `every_object`: the candidates with an object's highest IoU, above 0, are matched with it whatever that
/// is (Ren et al. 2015, 3.1.2), so that each object is learnt. A candidate that lies in one of `ignored` by half of its own area and more
/// (crowds, difficult objects) is left out where it would be background.
std::vector<int32_t> match_boxes(std::span<const Box> candidates, std::span<const Box> objects, std::span<const Box> ignored,
                                 const RegionSampling& sampling, bool every_object);

/// Indices of the candidates that a step learns from: at most count * positive_fraction that are matched and, up to count, background;
/// those with too many of a kind are drawn at random. In rising order, the matched ones first.
std::vector<int32_t> sample_matches(const std::vector<int32_t>& matches, const RegionSampling& sampling, RandomStream& random);

}  // namespace tnn
