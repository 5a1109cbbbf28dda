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

/// An image's size after its shorter side became `side` pixels (torchvision's Resize): the longer one is side * longer / shorter, cut to a
/// whole number.
ImageExtent resized_by_short_side(ImageExtent image, int side);

/// The box of `side` squared in the middle, its corner rounded half to even (torchvision's CenterCrop); side <= the image's sides.
PixelBox centre_crop(ImageExtent image, int side);

}  // namespace tnn
