#pragma once

#include <cstdint>
#include <vector>

#include "runtime/kernels/image_layout.h"

namespace tnn::kernels {

/// One filter tap: its number in the weights and how many pixels it lies from the window's first.
struct Tap {
  int64_t index = 0;
  int64_t pixel_offset = 0;
};

/// Output pixels that read through the same taps.
struct PixelRun {
  size_t first_pixel = 0, pixels = 0;
  size_t first_tap = 0, taps = 0;
};

/// Which input pixels each output pixel sees: made once for a layer and the largest batch, used by every operating point. Fewer images
/// use the first pixels of each run.
struct WindowMap {
  int64_t images = 1;
  std::vector<int32_t> input;   ///< the first tap's pixel of each window
  std::vector<int32_t> output;  ///< where its result goes
  std::vector<Tap> taps;
  std::vector<PixelRun> runs;
};

/// The map of a window, images in order. Throws UsageError where the input's halo is too small or a batch has more than 2^31 pixels.
WindowMap window_map(const Window& window, const ImageLayout& input, const ImageLayout& output, int64_t images);

/// The same, one run for each position over all images, and in it only the taps inside the image: for batches of small maps, where much of
/// a window is halo.
WindowMap position_major_map(const Window& window, const ImageLayout& input, const ImageLayout& output, int64_t images);

/// One pixel a sample, one tap: a linear layer, or a 1x1 convolution over values without spatial extent.
WindowMap sample_map(int64_t samples);

/// The pixels of a value without its halo, images in order: where a residual operand is read, or what element-wise steps visit.
std::vector<int32_t> interior_pixels(const ImageLayout& layout, int64_t images);

/// The halo of one batch: what is to be zeroed where memory was used for something else before.
std::vector<int32_t> halo_pixels(const ImageLayout& layout, int64_t images);

}  // namespace tnn::kernels
