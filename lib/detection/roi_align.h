#pragma once

#include <cstdint>
#include <span>

#include "detection/box.h"

namespace tnn {

/// A region of one of a batch's images, in pixels of the network's input.
struct Region {
  int64_t image = 0;
  Box box;
  bool operator==(const Region&) const = default;
};

/// Feature maps [N, channels, height, width] in one of two orders: N, C, H, W, or channels last, N, H, W, C.
struct FeatureExtent {
  int64_t channels = 0, height = 0, width = 0;
  bool channels_last = false;
};

/// RoIAlign (He et al. 2017, 3): each region is cut into size x size equal bins, and a bin is the mean of ratio x ratio samples, each read
/// from the four nearest places by bilinear interpolation; what is more than one place outside the map counts 0. As ONNX's and
/// torchvision's with aligned = true: places are half a place before their pixels. `ratio` 0: as many samples as the bin has places,
/// rounded up. Not aligned, as torchvision's detectors have it: places lie on their pixels, and a region is at least one place wide and
/// high.
struct RoiAlignOptions {
  int64_t size = 7;    ///< bins a side
  int64_t ratio = 2;   ///< samples of a bin a side
  double scale_x = 1;  ///< places of the feature map a pixel
  double scale_y = 1;
  bool aligned = true;
};

/// Writes [regions, channels, size, size] in the order of the features. Safe to call for parts of the regions from several threads.
void roi_align(const float* features, const FeatureExtent& extent, std::span<const Region> regions, const RoiAlignOptions& options,
               float* out);

/// One level of a feature pyramid; strides double from level to level.
struct FeatureLevel {
  const float* features = nullptr;
  FeatureExtent extent;
};

/// Which of `levels` levels, the first of which has `stride` pixels a place, a region reads (Lin et al. 2017, Eq. 1): a region of 224 x 224
/// pixels that of stride 16, one of twice the side the next; kept to those that there are.
int64_t pyramid_level(const Box& box, int64_t stride, int64_t levels);

/// RoIAlign of the level that fits each region; the scales of `options` are those of the strides.
void roi_align(std::span<const FeatureLevel> levels, int64_t stride, std::span<const Region> regions, RoiAlignOptions options, float* out);

/// Its gradient: adds to `features_gradient` [N, channels, height, width] what `gradient` [regions, channels, size, size] gives each place.
/// The channels [first, last) alone: threads may take a part each.
void roi_align_backward(const float* gradient, const FeatureExtent& extent, std::span<const Region> regions, const RoiAlignOptions& options,
                        int64_t first, int64_t last, float* features_gradient);

}  // namespace tnn
