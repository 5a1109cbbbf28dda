#pragma once

#include <array>

#include "core/random_stream.h"
#include "data/pixel_image.h"

namespace tnn {

/// How far colours may be changed at random; 0: not at all. Brightness, contrast and saturation b: a factor uniform in
/// [max(0, 1 - b), 1 + b]; hue h: a turn of the colour circle uniform in [-h, h], h <= 1/2.
struct JitterRange {
  double brightness = 0, contrast = 0, saturation = 0, hue = 0;
  bool is_off() const { return brightness == 0 && contrast == 0 && saturation == 0 && hue == 0; }
};

/// One draw: factors (1 and, for hue, 0: no change) and the order in which the four are applied.
struct Jitter {
  double brightness = 1, contrast = 1, saturation = 1, hue = 0;
  std::array<int, 4> order{0, 1, 2, 3};  ///< 0 brightness, 1 contrast, 2 saturation, 3 hue
};
Jitter draw_jitter(const JitterRange& range, RandomStream& random);

/// torchvision's ColorJitter of PIL images: a mix with black, with the mean grey of the image, with each pixel's grey, and a turn of the
/// hue in 8-bit HSV; bytes after each of them.
void apply_jitter(const Jitter& jitter, PixelImage& image);

}  // namespace tnn
