#include "data/pixel_statistics.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "core/error.h"
#include "core/processor.h"
#include "data/blocks.h"
#include "data/image_decoder.h"
#include "data/image_folder.h"
#include "data/parallel.h"

namespace tnn {
namespace {

constexpr double kWhite = 255;
constexpr size_t kColours = 3;
constexpr size_t kBlock = 64;  ///< images between two looks at progress and interruptions

double deviation(double mean, double mean_square) { return std::sqrt(std::max(0.0, mean_square - mean * mean)) / kWhite; }

/// Mean and mean square of each colour of one image, 0 to 255.
struct ImageMoments {
  bool sound = false;
  std::array<double, kColours> mean{}, square{};
};

ImageMoments moments_of(const PixelImage& image) {
  std::array<uint64_t, kColours> sum{}, squares{};
  for (int y = 0; y < image.height; ++y) {
    const uint8_t* const row = image.row(y);
    for (size_t x = 0; x < static_cast<size_t>(image.width); ++x)
      for (size_t c = 0; c < kColours; ++c) {
        const uint64_t value = row[x * PixelImage::kPixelBytes + c];
        sum[c] += value;
        squares[c] += value * value;
      }
  }
  ImageMoments moments{true, {}, {}};
  const double pixels = static_cast<double>(image.height) * image.width;
  for (size_t c = 0; c < kColours; ++c) {
    moments.mean[c] = static_cast<double>(sum[c]) / pixels;
    moments.square[c] = static_cast<double>(squares[c]) / pixels;
  }
  return moments;
}

ImageMoments decoded_moments(const ImageSet& set, size_t index) {
  thread_local std::vector<uint8_t> bytes;
  thread_local PixelImage pixels;
  try {
    set.encoded->read(index, bytes);
    decode_image(bytes, pixels);
  } catch (const DamagedImage& damage) {
    set.encoded->damage().add(set.encoded->name(index), damage.what());
    return {};
  }
  return moments_of(pixels);
}

}  // namespace

void PixelSums::add(const ImageSet& set) {
  channels_.resize(static_cast<size_t>(set.channels));
  const size_t plane = static_cast<size_t>(set.height) * static_cast<size_t>(set.width);
  for (size_t first = 0; first < set.pixels.size(); first += set.image_bytes(), pixels_ += plane)
    for (size_t c = 0; c < channels_.size(); ++c)
      for (size_t i = first + c * plane; i < first + (c + 1) * plane; ++i) {
        const uint64_t value = set.pixels[i];
        channels_[c].sum += value;
        channels_[c].squares += value * value;
      }
}

PixelStatistics PixelSums::statistics() const {
  PixelStatistics statistics;
  for (const Channel& channel : channels_) {
    const double count = static_cast<double>(pixels_), mean = static_cast<double>(channel.sum) / count;
    statistics.mean.push_back(mean / kWhite);
    statistics.std.push_back(deviation(mean, static_cast<double>(channel.squares) / count));
  }
  return statistics;
}

PixelStatistics decoded_statistics(const ImageSet& set, int64_t limit, Progress& progress) {
  const std::vector<size_t> chosen = limited(static_cast<size_t>(set.size()), limit);
  std::vector<ImageMoments> moments(chosen.size());
  for_each_block("mean and deviation", {chosen.size(), kBlock}, progress, [&](size_t first, size_t count) {
    for_each_in_parallel(count, available_processors(), [&](size_t i) { moments[first + i] = decoded_moments(set, chosen[first + i]); });
  });
  const auto sound = static_cast<double>(std::count_if(moments.begin(), moments.end(), [](const auto& image) { return image.sound; }));
  if (sound == 0) {
    const auto [name, problem] = set.encoded->damage().first();
    throw DataError(fmt::format("all {} images that were decoded are damaged, such as {}: {}", chosen.size(), name, problem));
  }
  PixelStatistics statistics;
  for (size_t c = 0; c < kColours; ++c) {
    double mean = 0, square = 0;  // in the order of the images, whichever thread decoded them
    for (const ImageMoments& image : moments) mean += image.mean[c] / sound, square += image.square[c] / sound;
    statistics.mean.push_back(mean / kWhite);
    statistics.std.push_back(deviation(mean, square));
  }
  return statistics;
}

}  // namespace tnn
