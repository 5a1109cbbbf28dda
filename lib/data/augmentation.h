#pragma once

#include <cstdint>
#include <vector>

#include "data/resize.h"

namespace tnn {

/// How an image becomes the network's input.
struct AugmentationOptions {
  int pad_crop = 0;              ///< pixels of zeros (raw 0, before normalisation) on each side, then a random crop of the image's size
  bool flip = false;             ///< mirrored left to right, with probability 1/2
  int cutout = 0;                ///< side in pixels of a square set to the mean (0 after normalisation), its centre anywhere in the image
  int image_size = 0;            ///< output side in pixels, resized before all else; 0: as it is
  std::vector<float> mean, std;  ///< one a channel, fractions of 255; out = (pixel / 255 - mean) / std
  bool augment = false;          ///< false: resize and normalise only, nothing random
};

/// Turns one image (C x H x W bytes) into normalised floats. What is random depends on (seed, epoch, sample) alone: crop, then flip, then
/// cutout (DeVries and Taylor 2017: the square may reach over the border).
class Augmentation {
 public:
  /// UsageError where mean or std do not have one number a channel, std is not above 0, a number is negative, pad_crop is not below the
  /// output's shorter side, or cutout is above it.
  Augmentation(AugmentationOptions options, uint64_t seed, int channels, ImageExtent input);

  int channels() const { return channels_; }
  ImageExtent output() const { return output_; }

  /// Writes channels * output.height * output.width floats, (C, H, W) or, channels last, (H, W, C). `sample`: the image's index in its set.
  /// Safe from several threads; allocates nothing after a thread's first image.
  void apply(const uint8_t* image, uint64_t epoch, uint64_t sample, float* out, bool channels_last = false) const;

 private:
  struct Draw {
    int down = 0, right = 0;  ///< where the crop starts, in pixels from the image's corner; negative: in the padding
    bool flip = false;
    int cut_y = 0, cut_x = 0;  ///< upper left corner of the cutout
  };

  void check() const;
  void build_tables();
  Draw draw(uint64_t epoch, uint64_t sample) const;
  void write_plane(const uint8_t* plane, const float* table, const Draw& draw, float* out, std::ptrdiff_t pixel_stride) const;
  void cut_out(const Draw& draw, float* out, bool channels_last) const;

  AugmentationOptions options_;
  uint64_t seed_;
  int channels_;
  ImageExtent input_, output_;
  std::vector<float> tables_;  ///< channels x 256: the normalised value of each byte
};

/// The size of images after resizing: image_size squared, or the input's where image_size is 0.
ImageExtent resized_extent(const AugmentationOptions& options, ImageExtent input);

}  // namespace tnn
