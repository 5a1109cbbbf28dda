#include "data/image_preparation.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "data/fitted_extent.h"
#include "data/resample.h"

namespace tnn {
namespace {

constexpr int kChannels = 3, kLargestSide = 1 << 12;

void check_between(const char* option, double value, double low, double high) {
  if (!(value >= low && value <= high)) throw UsageError(fmt::format("{} {}: allowed from {} to {}", option, value, low, high));
}

void check_range(const char* option, double low, double high) {
  if (!(low > 0 && low <= high)) throw UsageError(fmt::format("{} [{}, {}]: must be above 0, the lower first", option, low, high));
}

/// Weights that make `outputs` pixels, of which `count` from output `from` on are kept, of the stretch [begin, end) of an axis of `size`
/// decoded pixels. Where the image is decoded smaller, `end` may round to beyond the axis.
AxisWeights axis_weights(int size, double begin, double end, int outputs, int from, int count) {
  return antialiased_weights({size, begin, std::min<double>(end, size), outputs, from, count});
}

/// What an image covers before a centre of that size is cut out.
ImageExtent covered_extent(ImageExtent output, int resize_side) {
  if (resize_side != 0) return {resize_side, resize_side};
  const auto larger = [](int side) { return static_cast<int>(std::lround(side * 256.0 / 224)); };
  return {larger(output.height), larger(output.width)};
}

/// Puts zeros around an image, which makes it one of size `to`.
void pad(PixelImage& image, int top, int left, ImageExtent to) {
  thread_local PixelImage padded;
  padded.resize(to.height, to.width);
  std::fill(padded.bytes.begin(), padded.bytes.end(), uint8_t{0});
  for (int y = 0; y < image.height; ++y)
    std::copy_n(image.row(y), static_cast<size_t>(image.width) * PixelImage::kPixelBytes,
                padded.row(top + y) + static_cast<size_t>(left) * PixelImage::kPixelBytes);
  std::swap(image, padded);
}

}  // namespace

ImagePreparation::ImagePreparation(AugmentationOptions options, uint64_t seed) : options_(std::move(options)), seed_(seed) {
  check();
  covered_ = covered_extent(output(), options_.decoding.resize_side);
  tables_ = normalisation_tables(options_, kChannels);
}

void ImagePreparation::check() const {
  const DecodingOptions& decoding = options_.decoding;
  const auto [height, width] = options_.image_size;
  for (const int side : {height, width}) check_between("image_size of images of different sizes", side, 1, kLargestSide);
  if (decoding.resize_side != 0) check_between("resize_side", decoding.resize_side, std::min(height, width), 2 * kLargestSide);
  check_between("cutout", options_.cutout, 0, std::min(height, width));
  check_between("pad_crop of images of different sizes", options_.pad_crop, 0, 0);
  check_range("crop_scale", decoding.crop_range.scale_low, decoding.crop_range.scale_high);
  check_between("crop_scale", decoding.crop_range.scale_high, 0, 1);
  check_range("crop_ratio", decoding.crop_range.ratio_low, decoding.crop_range.ratio_high);
  for (const double reach : {decoding.jitter.brightness, decoding.jitter.contrast, decoding.jitter.saturation})
    check_between("brightness, contrast, saturation", reach, 0, 100);
  check_between("hue", decoding.jitter.hue, 0, 0.5);
  check_normalisation(options_, kChannels);
  if (decoding.whole.on) check_whole();
}

void ImagePreparation::check_whole() const {
  const WholeImage& whole = options_.decoding.whole;
  check_between("short_side", whole.short_side, 0, 2 * kLargestSide);
  check_between("long_side", whole.long_side, 0, 2 * kLargestSide);
  check_range("scale_jitter", whole.scale_low, whole.scale_high);
  check_between("cutout of images that are kept whole", options_.cutout, 0, 0);
  check_between("resize_side of images that are kept whole", options_.decoding.resize_side, 0, 0);
}

ImagePreparation::Part ImagePreparation::choose_part(ImageExtent image, RandomStream& random) const {
  if (options_.decoding.whole.on) {
    const WholeImage& whole = options_.decoding.whole;
    const bool jitters = options_.augment && (whole.scale_low != 1 || whole.scale_high != 1);
    const double factor = jitters ? whole.scale_low + (whole.scale_high - whole.scale_low) * random.uniform() : 1;
    const ImageExtent resized = fitted_extent(image, {whole.short_side, whole.long_side, output()}, factor);
    return {image, whole_box(image), resized, whole_box(resized)};
  }
  if (crops()) return {image, random_resized_crop(image, options_.decoding.crop_range, random), output(), whole_box(output())};
  const ImageExtent resized = resized_to_cover(image, covered_);
  return {image, whole_box(image), resized, centre_crop(resized, output())};
}

Geometry ImagePreparation::Part::geometry(bool flipped, ImageExtent output) const {
  const double scale_x = static_cast<double>(stretched.width) / box.width, scale_y = static_cast<double>(stretched.height) / box.height;
  return {scale_x, scale_y, box.left * scale_x + cut.left, box.top * scale_y + cut.top, flipped, image, output, {cut.height, cut.width}};
}

int ImagePreparation::choose_denominator(const ImageDecoder& decoder, const Part& part) const {
  const auto scaled = options_.decoding.scaled;
  const bool allowed = scaled == DecodingOptions::Scaled::always || (scaled == DecodingOptions::Scaled::training && options_.augment);
  if (!allowed || !decoder.can_scale()) return 1;
  int denominator = 8;
  while (denominator > 1 && (part.box.height < denominator * part.stretched.height || part.box.width < denominator * part.stretched.width))
    denominator /= 2;
  return denominator;
}

void ImagePreparation::decode_part(ImageDecoder& decoder, const Part& part, PixelImage& out) const {
  thread_local PixelImage decoded;
  const PixelBox kept = common_part(part.cut, whole_box(part.stretched));
  const int denominator = choose_denominator(decoder, part);
  // The decoded region is what the resize reads, and no pixel outside the box counts.
  const ImageExtent size = decoder.scaled_extent(denominator);
  const auto scaled = [&](int whole) { return static_cast<double>(whole) / denominator; };
  const int top = part.box.top / denominator, left = part.box.left / denominator;
  const int bottom = std::min(size.height, (part.box.top + part.box.height + denominator - 1) / denominator);
  const int right = std::min(size.width, (part.box.left + part.box.width + denominator - 1) / denominator);
  AxisWeights rows = axis_weights(bottom - top, scaled(part.box.top) - top, scaled(part.box.top + part.box.height) - top,
                                  part.stretched.height, kept.top, kept.height);
  AxisWeights columns = axis_weights(right - left, scaled(part.box.left) - left, scaled(part.box.left + part.box.width) - left,
                                     part.stretched.width, kept.left, kept.width);
  const AxisRange y = input_range(rows), x = input_range(columns);
  shift_origin(rows, y.begin);
  shift_origin(columns, x.begin);
  {
    const TimedPart timed(decoding_time());
    decoder.decode({top + y.begin, left + x.begin, y.end - y.begin, x.end - x.begin}, denominator, decoded);
  }
  resample(decoded, columns, rows, out);
  if (kept != part.cut) pad(out, kept.top - part.cut.top, kept.left - part.cut.left, output());
}

Geometry ImagePreparation::apply(std::span<const uint8_t> bytes, uint64_t epoch, uint64_t sample, float* out, bool channels_last) const {
  thread_local PixelImage prepared;
  const auto decoder = [&] {
    const TimedPart timed(decoding_time());
    return open_image(bytes);
  }();
  RandomStream random(seed_, RandomPurpose::augmentation, {epoch, sample});
  const Part part = choose_part(decoder->extent(), random);
  decode_part(*decoder, part, prepared);
  const bool mirrored = options_.augment && options_.flip && random.bernoulli(0.5);
  if (options_.augment && !options_.decoding.jitter.is_off()) apply_jitter(draw_jitter(options_.decoding.jitter, random), prepared);
  write(prepared, mirrored, channels_last, out);
  if (options_.augment && options_.cutout > 0)
    blank_square(draw_square(options_.cutout, output(), random), output(), kChannels, channels_last, out);
  return part.geometry(mirrored, output());
}

void ImagePreparation::write(const PixelImage& image, bool mirrored, bool channels_last, float* out) const {
  const std::ptrdiff_t width = output().width, plane = width * output().height;
  const std::ptrdiff_t pixel_stride = channels_last ? kChannels : 1, channel_stride = channels_last ? 1 : plane;
  const std::ptrdiff_t step = mirrored ? -pixel_stride : pixel_stride;
  if (image.width != output().width || image.height != output().height) std::fill_n(out, kChannels * plane, 0.0F);
  const float *red = tables_.data(), *green = red + 256, *blue = green + 256;
  for (int y = 0; y < image.height; ++y) {
    const uint8_t* pixel = image.row(y);
    float* target = out + (y * width + (mirrored ? image.width - 1 : 0)) * pixel_stride;
    for (int i = 0; i < image.width; ++i, pixel += PixelImage::kPixelBytes, target += step) {
      target[0] = red[pixel[0]];
      target[channel_stride] = green[pixel[1]];
      target[2 * channel_stride] = blue[pixel[2]];
    }
  }
}

}  // namespace tnn
