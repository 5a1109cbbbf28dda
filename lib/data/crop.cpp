#include "data/crop.h"

#include <algorithm>
#include <cmath>

namespace tnn {
namespace {

constexpr int kDraws = 10;

int rounded(double value) { return static_cast<int>(std::nearbyint(value)); }  // half to even

int place(int room, RandomStream& random) { return static_cast<int>(random.below(static_cast<uint64_t>(room) + 1)); }

PixelBox middle_box(ImageExtent image, const CropRange& range) {
  const double ratio = static_cast<double>(image.width) / image.height;
  int height = image.height, width = image.width;
  if (ratio < range.ratio_low) height = std::clamp(rounded(width / range.ratio_low), 1, image.height);
  if (ratio > range.ratio_high) width = std::clamp(rounded(height * range.ratio_high), 1, image.width);
  return {(image.height - height) / 2, (image.width - width) / 2, height, width};
}

}  // namespace

PixelBox random_resized_crop(ImageExtent image, const CropRange& range, RandomStream& random) {
  const double area = static_cast<double>(image.height) * image.width;
  const double low = std::log(range.ratio_low), high = std::log(range.ratio_high);
  for (int i = 0; i < kDraws; ++i) {
    const double target = area * (range.scale_low + (range.scale_high - range.scale_low) * random.uniform());
    const double ratio = std::exp(low + (high - low) * random.uniform());
    const int width = rounded(std::sqrt(target * ratio)), height = rounded(std::sqrt(target / ratio));
    if (width < 1 || height < 1 || width > image.width || height > image.height) continue;
    const int top = place(image.height - height, random);
    return {top, place(image.width - width, random), height, width};
  }
  return middle_box(image, range);
}

ImageExtent resized_to_cover(ImageExtent image, ImageExtent target) {
  const int64_t height = image.height, width = image.width;
  if (width * target.height <= height * target.width) return {static_cast<int>(target.width * height / width), target.width};
  return {target.height, static_cast<int>(target.height * width / height)};
}

PixelBox centre_crop(ImageExtent image, ImageExtent size) {
  const auto corner = [](int room) { return room < 0 ? -(-room / 2) : rounded(room / 2.0); };
  return {corner(image.height - size.height), corner(image.width - size.width), size.height, size.width};
}

}  // namespace tnn
