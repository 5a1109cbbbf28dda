#include "detection/roi_align.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace tnn {
namespace {

/// One of the places that a bin reads, and its weight; the weights of a bin's samples are divided by their number.
struct Tap {
  int64_t place = 0;
  float weight = 0;
};

/// What one sample along one axis reads: two neighbours and how much of the second.
struct Neighbours {
  bool inside = false;
  int64_t low = 0, high = 0;
  double share = 0;
};

Neighbours neighbours(double at, int64_t size) {
  if (!(at >= -1 && at <= static_cast<double>(size))) return {};
  at = std::max(0.0, at);
  const auto low = static_cast<int64_t>(at);
  if (low >= size - 1) return {true, size - 1, size - 1, 0};
  return {true, low, low + 1, at - static_cast<double>(low)};
}

/// The samples of one axis of a region: bins x samples.
struct Axis {
  int64_t samples = 1;
  std::vector<Neighbours> all;
};

Axis axis_of(double begin, double end, double scale, const RoiAlignOptions& options, int64_t size) {
  const int64_t bins = options.size, ratio = options.ratio;
  const double offset = options.aligned ? 0.5 : 0.0, start = begin * scale - offset, whole = end * scale - offset - start;
  const double length = options.aligned ? whole : std::max(1.0, whole), bin = length / static_cast<double>(bins);
  Axis axis;
  // As many samples as a map has places are enough for any region, also for one far larger than it.
  axis.samples =
      ratio > 0 ? ratio : std::clamp<int64_t>(static_cast<int64_t>(std::ceil(std::min(bin, 1e6))), 1, std::max<int64_t>(1, size));
  for (int64_t i = 0; i < bins; ++i)
    for (int64_t k = 0; k < axis.samples; ++k)
      axis.all.push_back(
          neighbours(start + (static_cast<double>(i) + (static_cast<double>(k) + 0.5) / static_cast<double>(axis.samples)) * bin, size));
  return axis;
}

/// The taps of the bins of one region, bin by bin.
struct Taps {
  std::vector<Tap> taps;
  std::vector<size_t> begin;  ///< bins + 1
};

void find_taps(const Region& region, const FeatureExtent& extent, const RoiAlignOptions& options, Taps& out) {
  const Axis y = axis_of(region.box.y1, region.box.y2, options.scale_y, options, extent.height);
  const Axis x = axis_of(region.box.x1, region.box.x2, options.scale_x, options, extent.width);
  const double one = 1.0 / static_cast<double>(y.samples * x.samples);
  out.taps.clear();
  out.begin.assign(1, 0);
  const auto add = [&](int64_t row, int64_t column, double weight) {
    if (weight > 0) out.taps.push_back({row * extent.width + column, static_cast<float>(weight * one)});
  };
  for (int64_t i = 0; i < options.size; ++i)
    for (int64_t j = 0; j < options.size; ++j) {
      for (int64_t k = 0; k < y.samples; ++k)
        for (int64_t l = 0; l < x.samples; ++l) {
          const Neighbours &v = y.all[static_cast<size_t>(i * y.samples + k)], &h = x.all[static_cast<size_t>(j * x.samples + l)];
          if (!v.inside || !h.inside) continue;
          add(v.low, h.low, (1 - v.share) * (1 - h.share));
          add(v.low, h.high, (1 - v.share) * h.share);
          add(v.high, h.low, v.share * (1 - h.share));
          add(v.high, h.high, v.share * h.share);
        }
      out.begin.push_back(out.taps.size());
    }
}

}  // namespace

void roi_align(const float* features, const FeatureExtent& extent, std::span<const Region> regions, const RoiAlignOptions& options,
               float* out) {
  const int64_t places = extent.height * extent.width, bins = options.size * options.size, channels = extent.channels;
  Taps taps;
  for (const Region& region : regions) {
    find_taps(region, extent, options, taps);
    const float* image = features + region.image * channels * places;
    for (int64_t bin = 0; bin < bins; ++bin) {
      const std::span<const Tap> of_bin(taps.taps.data() + taps.begin[static_cast<size_t>(bin)],
                                        taps.begin[static_cast<size_t>(bin) + 1] - taps.begin[static_cast<size_t>(bin)]);
      if (extent.channels_last) {
        float* to = out + bin * channels;
        std::fill(to, to + channels, 0.0f);
        for (const Tap& tap : of_bin) {
          const float* from = image + tap.place * channels;
          for (int64_t c = 0; c < channels; ++c) to[c] += tap.weight * from[c];
        }
      } else {
        for (int64_t c = 0; c < channels; ++c) {
          float sum = 0;
          for (const Tap& tap : of_bin) sum += tap.weight * image[c * places + tap.place];
          out[c * bins + bin] = sum;
        }
      }
    }
    out += channels * bins;
  }
}

int64_t pyramid_level(const Box& box, int64_t stride, int64_t levels) {
  constexpr double kSide = 224, kLevel = 4, kNearly = 1e-6;  // a region that is as good as the next level's goes there
  const auto first = static_cast<double>(std::lround(std::log2(static_cast<double>(stride))));
  const double level = std::floor(kLevel + std::log2(std::sqrt(box.area()) / kSide) + kNearly) - first;
  return static_cast<int64_t>(std::clamp(level, 0.0, static_cast<double>(levels - 1)));
}

void roi_align(std::span<const FeatureLevel> levels, int64_t stride, std::span<const Region> regions, RoiAlignOptions options, float* out) {
  for (const Region& region : regions) {
    const int64_t level = pyramid_level(region.box, stride, static_cast<int64_t>(levels.size()));
    const FeatureLevel& from = levels[static_cast<size_t>(level)];
    options.scale_x = options.scale_y = 1.0 / static_cast<double>(stride << level);
    roi_align(from.features, from.extent, {&region, 1}, options, out);
    out += from.extent.channels * options.size * options.size;
  }
}

void roi_align_backward(const float* gradient, const FeatureExtent& extent, std::span<const Region> regions, const RoiAlignOptions& options,
                        int64_t first, int64_t last, float* features_gradient) {
  const int64_t places = extent.height * extent.width, bins = options.size * options.size, channels = extent.channels;
  Taps taps;
  for (const Region& region : regions) {
    find_taps(region, extent, options, taps);
    float* image = features_gradient + region.image * channels * places;
    for (int64_t bin = 0; bin < bins; ++bin)
      for (size_t t = taps.begin[static_cast<size_t>(bin)]; t < taps.begin[static_cast<size_t>(bin) + 1]; ++t) {
        const Tap& tap = taps.taps[t];
        if (extent.channels_last)
          for (int64_t c = first; c < last; ++c) image[tap.place * channels + c] += tap.weight * gradient[bin * channels + c];
        else
          for (int64_t c = first; c < last; ++c) image[c * places + tap.place] += tap.weight * gradient[c * bins + bin];
      }
    gradient += channels * bins;
  }
}

}  // namespace tnn
