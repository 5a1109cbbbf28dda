#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "data/augmentation.h"
#include "data/image_decoder.h"

namespace tnn {

/// Turns the bytes of an image file into the network's input of 3 x image_size normalised floats: decodes, cuts out a part, resizes it
/// (antialiased bilinear), mirrors it, changes its colours, blanks a square. What is random depends on (seed, epoch, sample) alone, drawn
/// in the order crop, flip, jitter, cutout.
///
/// Augmented, the part is a random resized crop; else the image is resized as resize_side says and the centre is cut out. Only what the
/// part needs is decoded and resized. Images that are kept whole have a random scale in place of the crop.
class ImagePreparation {
 public:
  /// UsageError where an option is out of range or does not go with another.
  ImagePreparation(AugmentationOptions options, uint64_t seed);

  ImageExtent output() const { return options_.image_size; }

  /// Writes 3 * output.height * output.width floats, (C, H, W) or, channels last, (H, W, C); says what became of the image. DamagedImage.
  /// Safe from several threads.
  Geometry apply(std::span<const uint8_t> bytes, uint64_t epoch, uint64_t sample, float* out, bool channels_last = false) const;

 private:
  /// The part of an image that becomes the output: `box` of `image`, stretched to `stretched`, of which `cut` is kept. Where the cut
  /// reaches over what is stretched, the output is zeros.
  struct Part {
    ImageExtent image;
    PixelBox box;
    ImageExtent stretched;
    PixelBox cut;
    Geometry geometry(bool flipped, ImageExtent output) const;
  };

  void check() const;
  std::atomic<int64_t>* decoding_time() const { return options_.decoding.times ? &options_.decoding.times->decoding : nullptr; }
  bool crops() const { return options_.augment && options_.decoding.crop && !options_.decoding.whole.on; }
  Part choose_part(ImageExtent image, RandomStream& random) const;
  void check_whole() const;
  int choose_denominator(const ImageDecoder& decoder, const Part& part) const;
  void decode_part(ImageDecoder& decoder, const Part& part, PixelImage& out) const;
  void write(const PixelImage& image, bool mirrored, bool channels_last, float* out) const;

  AugmentationOptions options_;
  uint64_t seed_;
  ImageExtent covered_;  ///< what a resized image covers before its centre is cut out
  std::vector<float> tables_;
};

}  // namespace tnn
