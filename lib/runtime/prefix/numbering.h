#pragma once

#include <vector>

#include "runtime/kernels/image_layout.h"
#include "runtime/plan.h"
#include "runtime/prefix/planar_regions.h"

namespace tnn::prefix {

/// How the pixels of every value are numbered, the same at every operating point: a halo as wide as its readers' windows reach. Values that
/// one operand reads side by side, and those of a planar region, are numbered alike, so that one list of pixels serves all of them.
std::vector<kernels::ImageLayout> number_pixels(const Plan& plan, const PlanarRegions& regions);

/// Whether all values of an operand are numbered alike.
bool numbered_alike(const std::vector<kernels::ImageLayout>& numbering, const Operand& operand);

}  // namespace tnn::prefix
