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

ImageExtent resized_extent(const AugmentationOptions& options, ImageExtent input) {
  return options.image_size == 0 ? input : ImageExtent{options.image_size, options.image_size};
}

Augmentation::Augmentation(AugmentationOptions options, uint64_t seed, int channels, ImageExtent input)
    : options_(std::move(options)), seed_(seed), channels_(channels), input_(input), output_(resized_extent(options_, input)) {
  check();
  build_tables();
}

void Augmentation::check() const {
  constexpr int kLargestSide = 1 << 14;
  if (options_.image_size < 0 || options_.image_size > kLargestSide)
    throw UsageError(fmt::format("image_size {}: allowed 0 (as it is) to {}", options_.image_size, kLargestSide));
  const int side = std::min(output_.height, output_.width);
  check_range("pad_crop", options_.pad_crop, side - 1, output_);
  check_range("cutout", options_.cutout, side, output_);
  const auto channels = static_cast<size_t>(channels_);
  if (options_.mean.size() != channels || options_.std.size() != channels)
    throw UsageError(
        fmt::format("mean has {} numbers and std {}: expected one a channel, {}", options_.mean.size(), options_.std.size(), channels_));
  for (const float deviation : options_.std)
    if (!(deviation > 0)) throw UsageError(fmt::format("std {}: must be above 0", deviation));
}

void Augmentation::build_tables() {
  tables_.resize(static_cast<size_t>(channels_) * 256);
  for (size_t c = 0; c < static_cast<size_t>(channels_); ++c)
    for (size_t byte = 0; byte < 256; ++byte)
      tables_[c * 256 + byte] = (static_cast<float>(byte) / 255.0F - options_.mean[c]) / options_.std[c];
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
  if (options_.cutout > 0) {
    result.cut_y = below(output_.height) - options_.cutout / 2;
    result.cut_x = below(output_.width) - options_.cutout / 2;
  }
  return result;
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

void Augmentation::cut_out(const Draw& draw, float* out, bool channels_last) const {
  const std::ptrdiff_t height = output_.height, width = output_.width;
  const std::ptrdiff_t top = std::max(0, draw.cut_y), bottom = std::min(output_.height, draw.cut_y + options_.cutout);
  const std::ptrdiff_t left = std::max(0, draw.cut_x), right = std::min(output_.width, draw.cut_x + options_.cutout);
  const std::ptrdiff_t planes = channels_last ? 1 : channels_, values = channels_last ? channels_ : 1;
  for (std::ptrdiff_t plane = 0; plane < planes; ++plane)
    for (std::ptrdiff_t y = top; y < bottom; ++y) {
      float* row = out + ((plane * height + y) * width) * values;
      std::fill(row + left * values, row + right * values, 0.0F);
    }
}

void Augmentation::apply(const uint8_t* image, uint64_t epoch, uint64_t sample, float* out, bool channels_last) const {
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
  if (options_.augment && options_.cutout > 0) cut_out(drawn, out, channels_last);
}

}  // namespace tnn
