#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "data/color_jitter.h"
#include "data/crop.h"
#include "data/encoded_images.h"
#include "data/geometry.h"
#include "data/loading_times.h"
#include "data/resize.h"

namespace tnn {

/// Images that are kept whole, as detection has them: resized by one factor, put into the upper left corner of image_size, zeros (after
/// normalisation) beside them. The factor is the largest that leaves the shorter side within short_side, the longer within long_side, and
/// the image within image_size.
struct WholeImage {
  bool on = false;
  int short_side = 0, long_side = 0;     ///< pixels; 0: no limit but image_size
  double scale_low = 1, scale_high = 1;  ///< augmented: the factor is multiplied by one uniform in this range; image_size stays a limit
};

/// How decoded images of any size become pictures of image_size: for ImageSets that are encoded.
struct DecodingOptions {
  /// When JPEG is decoded at 1/2, 1/4 or 1/8 size because the part that is used stays at least as large as what it becomes.
  enum class Scaled { never, training, always };

  /// Not augmented: the shorter side becomes this, then the centre is cut out, with zeros around it where the image is smaller. 0: the
  /// image is made to cover image_size * 256 / 224.
  int resize_side = 0;
  bool crop = true;  ///< augmented: random resized crop; false: as when not augmented
  CropRange crop_range;
  JitterRange jitter;  ///< augmented
  Scaled scaled = Scaled::training;
  DamagePolicy damaged = DamagePolicy::stop;
  WholeImage whole = {};                     ///< in place of all cropping
  std::shared_ptr<LoadingTimes> times = {};  ///< where the time of decoding is added up; null: it is not measured
};

/// How an image becomes the network's input.
struct AugmentationOptions {
  int pad_crop = 0;               ///< pixels of zeros (raw 0, before normalisation) on each side, then a random crop of the image's size
  bool flip = false;              ///< mirrored left to right, with probability 1/2
  int cutout = 0;                 ///< side in pixels of a square set to the mean (0 after normalisation), its centre anywhere in the image
  ImageExtent image_size = {};    ///< of the output, to which images are resized before all else; 0 x 0: as they are
  std::vector<float> mean, std;   ///< one a channel, fractions of 255; out = (pixel / 255 - mean) / std
  bool augment = false;           ///< false: resize and normalise only, nothing random
  DecodingOptions decoding = {};  ///< of encoded images, whose pad_crop must be 0 and image_size above 0
  int frames = 0;                 ///< of clips, where it must be above 0: how many consecutive ones are the input
};

/// UsageError where mean and std do not have one number a channel or std is not above 0.
void check_normalisation(const AugmentationOptions& options, int channels);
/// channels x 256: the normalised value of each byte.
std::vector<float> normalisation_tables(const AugmentationOptions& options, int channels);
/// Cutout: zeros in the square of `side` with its upper left corner at (top, left), cut at the borders.
struct Square {
  int top = 0, left = 0, side = 0;
};
void blank_square(const Square& square, ImageExtent image, int channels, bool channels_last, float* out);
/// Its place, with the centre anywhere in the image.
Square draw_square(int side, ImageExtent image, RandomStream& random);

/// Turns one image (C x H x W bytes) into normalised floats. What is random depends on (seed, epoch, sample) alone: crop, then flip, then
/// cutout (DeVries and Taylor 2017: the square may reach over the border).
class Augmentation {
 public:
  /// UsageError where mean or std do not have one number a channel, std is not above 0, a number is negative, pad_crop is not below the
  /// output's shorter side, or cutout is above it.
  Augmentation(AugmentationOptions options, uint64_t seed, int channels, ImageExtent input);

  int channels() const { return channels_; }
  ImageExtent output() const { return output_; }

  /// Writes channels * output.height * output.width floats, (C, H, W) or, channels last, (H, W, C); says what became of the image.
  /// `sample`: the image's index in its set. Safe from several threads; allocates nothing after a thread's first image.
  Geometry apply(const uint8_t* image, uint64_t epoch, uint64_t sample, float* out, bool channels_last = false) const;

 private:
  struct Draw {
    int down = 0, right = 0;  ///< where the crop starts, in pixels from the image's corner; negative: in the padding
    bool flip = false;
    Square cutout;
  };

  void check() const;
  Geometry geometry_of(const Draw& draw) const;
  Draw draw(uint64_t epoch, uint64_t sample) const;
  void write_plane(const uint8_t* plane, const float* table, const Draw& draw, float* out, std::ptrdiff_t pixel_stride) const;

  AugmentationOptions options_;
  uint64_t seed_;
  int channels_;
  ImageExtent input_, output_;
  std::vector<float> tables_;
};

/// The size of images after resizing: image_size, or the input's where that is 0 x 0.
ImageExtent resized_extent(const AugmentationOptions& options, ImageExtent input);

}  // namespace tnn
