#include "data/augmentation.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>

#include "core/error.h"
#include "core/random_stream.h"

namespace tnn {
namespace {

/// `count` bytes through the table, each `step` floats after the one before.
inline void write_run(const uint8_t* in, int count, const float* table, float*& out, std::ptrdiff_t step) {
  for (int i = 0; i < count; ++i, out += step) *out = table[in[i]];
}

inline void write_constant(float value, int count, float*& out, std::ptrdiff_t step) {
  for (int i = 0; i < count; ++i, out += step) *out = value;
}

void check_range(const char* option, int value, int highest, ImageExtent image) {
  if (value < 0 || value > highest)
    throw UsageError(fmt::format("{} {}: allowed from 0 to {} for images of {} x {}", option, value, highest, image.height, image.width));
}

}  // namespace

void check_normalisation(const AugmentationOptions& options, int channels) {
  const auto expected = static_cast<size_t>(channels);
  if (options.mean.size() != expected || options.std.size() != expected)
    throw UsageError(
        fmt::format("mean has {} numbers and std {}: expected one a channel, {}", options.mean.size(), options.std.size(), channels));
  for (const float deviation : options.std)
    if (!(deviation > 0)) throw UsageError(fmt::format("std {}: must be above 0", deviation));
}

std::vector<float> normalisation_tables(const AugmentationOptions& options, int channels) {
  std::vector<float> tables(static_cast<size_t>(channels) * 256);
  for (size_t c = 0; c < static_cast<size_t>(channels); ++c)
    for (size_t byte = 0; byte < 256; ++byte)
      tables[c * 256 + byte] = (static_cast<float>(byte) / 255.0F - options.mean[c]) / options.std[c];
  return tables;
}

Square draw_square(int side, ImageExtent image, RandomStream& random) {
  const auto below = [&](int count) { return static_cast<int>(random.below(static_cast<uint64_t>(count))); };
  const int top = below(image.height) - side / 2;
  return {top, below(image.width) - side / 2, side};
}

void blank_square(const Square& square, ImageExtent image, int channels, bool channels_last, float* out) {
  const std::ptrdiff_t height = image.height, width = image.width;
  const std::ptrdiff_t top = std::max(0, square.top), bottom = std::min(image.height, square.top + square.side);
  const std::ptrdiff_t left = std::max(0, square.left), right = std::min(image.width, square.left + square.side);
  const std::ptrdiff_t planes = channels_last ? 1 : channels, values = channels_last ? channels : 1;
  for (std::ptrdiff_t plane = 0; plane < planes; ++plane)
    for (std::ptrdiff_t y = top; y < bottom; ++y) {
      float* row = out + ((plane * height + y) * width) * values;
      std::fill(row + left * values, row + right * values, 0.0F);
    }
}

ImageExtent resized_extent(const AugmentationOptions& options, ImageExtent input) {
  return options.image_size == ImageExtent{} ? input : options.image_size;
}

Augmentation::Augmentation(AugmentationOptions options, uint64_t seed, int channels, ImageExtent input)
    : options_(std::move(options)), seed_(seed), channels_(channels), input_(input), output_(resized_extent(options_, input)) {
  check();
  tables_ = normalisation_tables(options_, channels_);
}

void Augmentation::check() const {
  constexpr int kLargestSide = 1 << 14;
  const auto [height, width] = options_.image_size;
  if (options_.image_size != ImageExtent{} && (std::min(height, width) < 1 || std::max(height, width) > kLargestSide))
    throw UsageError(fmt::format("image_size {} x {}: allowed from 1 to {} each, or 0 x 0 (as it is)", height, width, kLargestSide));
  const int side = std::min(output_.height, output_.width);
  check_range("pad_crop", options_.pad_crop, side - 1, output_);
  check_range("cutout", options_.cutout, side, output_);
  check_normalisation(options_, channels_);
}

Augmentation::Draw Augmentation::draw(uint64_t epoch, uint64_t sample) const {
  Draw result;
  if (!options_.augment) return result;
  RandomStream random(seed_, RandomPurpose::augmentation, {epoch, sample});
  const auto below = [&](int count) { return static_cast<int>(random.below(static_cast<uint64_t>(count))); };
  if (options_.pad_crop > 0) {
    result.down = below(2 * options_.pad_crop + 1) - options_.pad_crop;
    result.right = below(2 * options_.pad_crop + 1) - options_.pad_crop;
  }
  if (options_.flip) result.flip = random.bernoulli(0.5);
  if (options_.cutout > 0) result.cutout = draw_square(options_.cutout, output_, random);
  return result;
}

Geometry Augmentation::geometry_of(const Draw& draw) const {
  const Geometry cut{1, 1, static_cast<double>(draw.right), static_cast<double>(draw.down), draw.flip, output_, output_};
  return cut.after_resize(input_);
}

void Augmentation::write_plane(const uint8_t* plane, const float* table, const Draw& draw, float* out, std::ptrdiff_t pixel_stride) const {
  const int height = output_.height, width = output_.width;
  const int before = std::max(0, -draw.right), after = std::max(0, draw.right), inside = width - before - after;
  const std::ptrdiff_t step = draw.flip ? -pixel_stride : pixel_stride;
  for (int y = 0; y < height; ++y) {
    float* row = out + static_cast<std::ptrdiff_t>(y) * width * pixel_stride + (draw.flip ? (width - 1) * pixel_stride : 0);
    const int source = y + draw.down;
    if (source < 0 || source >= height) {
      write_constant(table[0], width, row, step);
      continue;
    }
    write_constant(table[0], before, row, step);
    write_run(plane + static_cast<std::ptrdiff_t>(source) * width + after, inside, table, row, step);
    write_constant(table[0], after, row, step);
  }
}

Geometry Augmentation::apply(const uint8_t* image, uint64_t epoch, uint64_t sample, float* out, bool channels_last) const {
  thread_local std::vector<uint8_t> resized;
  const auto plane = static_cast<std::ptrdiff_t>(output_.height) * output_.width;
  if (input_ != output_) {
    resized.resize(static_cast<size_t>(channels_) * static_cast<size_t>(plane));
    resize_planes(image, channels_, input_, resized.data(), output_);
    image = resized.data();
  }
  const Draw drawn = draw(epoch, sample);
  for (std::ptrdiff_t c = 0; c < channels_; ++c)
    write_plane(image + c * plane, tables_.data() + c * 256, drawn, out + (channels_last ? c : c * plane), channels_last ? channels_ : 1);
  if (options_.augment && options_.cutout > 0) blank_square(drawn.cutout, output_, channels_, channels_last, out);
  return geometry_of(drawn);
}

}  // namespace tnn
