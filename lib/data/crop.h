#pragma once

#include "core/random_stream.h"
#include "data/pixel_image.h"

namespace tnn {

/// The range of the random resized crop (Szegedy et al. 2015): its area as a share of the image's, its width by its height.
struct CropRange {
  double scale_low = 0.08, scale_high = 1;
  double ratio_low = 3.0 / 4, ratio_high = 4.0 / 3;
};

/// torchvision's RandomResizedCrop: area uniform, ratio uniform in its logarithm, place uniform; where ten draws do not fit into the image,
/// the largest box in its middle with a ratio of the range.
PixelBox random_resized_crop(ImageExtent image, const CropRange& range, RandomStream& random);

/// The smallest size of an image, its ratio kept, that covers `target`: one side is the target's, the other cut to a whole number. Where
/// the target is a square, its side is the shorter one's (torchvision's Resize).
ImageExtent resized_to_cover(ImageExtent image, ImageExtent target);

/// The box of that size in the middle (torchvision's CenterCrop): its corner is rounded half to even; where the image is smaller, the box
/// reaches over it, to the right and below by one more where it cannot be the same.
PixelBox centre_crop(ImageExtent image, ImageExtent size);

}  // namespace tnn
