#include "detection/roi_align.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "catch_compat.h"
#include "core/random_stream.h"

using namespace tnn;

namespace {

std::vector<float> random_numbers(size_t count, uint64_t seed) {
  RandomStream random(seed);
  std::vector<float> numbers(count);
  for (float& number : numbers) number = static_cast<float>(random.normal());
  return numbers;
}

/// He et al.'s definition, read place by place: bilinear interpolation of one plane at (y, x), in places.
double interpolated(const float* plane, int64_t height, int64_t width, double y, double x) {
  if (y < -1 || y > static_cast<double>(height) || x < -1 || x > static_cast<double>(width)) return 0;
  y = std::clamp(y, 0.0, static_cast<double>(height - 1));
  x = std::clamp(x, 0.0, static_cast<double>(width - 1));
  double sum = 0;
  for (int64_t i = 0; i < height; ++i)
    for (int64_t j = 0; j < width; ++j)
      sum += std::max(0.0, 1 - std::abs(y - static_cast<double>(i))) * std::max(0.0, 1 - std::abs(x - static_cast<double>(j))) *
             plane[i * width + j];
  return sum;
}

const std::vector<Region> kRegions{
    {0, {3, 5, 40, 38}}, {1, {0, 0, 64, 48}}, {1, {-20, -9, 12, 200}}, {0, {10, 10, 10, 10}}, {1, {900, 900, 950, 950}}};

}  // namespace

TEST_CASE("RoIAlign: bins are means of interpolated samples, in both orders of memory") {
  const FeatureExtent planar{3, 6, 8, false}, last{3, 6, 8, true};
  const auto features = random_numbers(2 * 3 * 6 * 8, 1);
  std::vector<float> by_pixel(features.size());
  for (int64_t n = 0; n < 2; ++n)
    for (int64_t c = 0; c < 3; ++c)
      for (int64_t p = 0; p < 48; ++p)
        by_pixel[static_cast<size_t>((n * 48 + p) * 3 + c)] = features[static_cast<size_t>((n * 3 + c) * 48 + p)];
  const RoiAlignOptions options{2, 2, 1.0 / 8, 1.0 / 8};
  std::vector<float> out(kRegions.size() * 3 * 4), out_last(out.size());
  roi_align(features.data(), planar, kRegions, options, out.data());
  roi_align(by_pixel.data(), last, kRegions, options, out_last.data());
  for (size_t r = 0; r < kRegions.size(); ++r) {
    const Box& box = kRegions[r].box;
    const double bin_y = box.height() / 8 / 2, bin_x = box.width() / 8 / 2;
    for (int64_t c = 0; c < 3; ++c)
      for (int64_t i = 0; i < 2; ++i)
        for (int64_t j = 0; j < 2; ++j) {
          double mean = 0;
          for (const double v : {0.25, 0.75})
            for (const double h : {0.25, 0.75})
              mean += interpolated(features.data() + (kRegions[r].image * 3 + c) * 48, 6, 8,
                                   box.y1 / 8 - 0.5 + (static_cast<double>(i) + v) * bin_y,
                                   box.x1 / 8 - 0.5 + (static_cast<double>(j) + h) * bin_x) /
                      4;
          const auto row = static_cast<int64_t>(r);
          CHECK(out[static_cast<size_t>(((row * 3 + c) * 2 + i) * 2 + j)] == Approx(mean).margin(1e-5));
          CHECK(out_last[static_cast<size_t>(((row * 2 + i) * 2 + j) * 3 + c)] == Approx(mean).margin(1e-5));
        }
  }
}

TEST_CASE("RoIAlign: its gradient is that of a sum over random weights, by finite differences") {
  const FeatureExtent extent{2, 4, 5, false};
  auto features = random_numbers(2 * 2 * 4 * 5, 2);
  const std::vector<Region> regions{{0, {2, 1, 30, 29}}, {1, {5, 0, 38, 31}}};
  const RoiAlignOptions options{3, 0, 1.0 / 8, 1.0 / 8};
  const auto weights = random_numbers(regions.size() * 2 * 9, 3);
  const auto value = [&] {
    std::vector<float> out(weights.size());
    roi_align(features.data(), extent, regions, options, out.data());
    double sum = 0;
    for (size_t i = 0; i < out.size(); ++i) sum += static_cast<double>(out[i]) * weights[i];
    return sum;
  };
  std::vector<float> gradient(features.size(), 0.0F);
  roi_align_backward(weights.data(), extent, regions, options, 0, 1, gradient.data());
  roi_align_backward(weights.data(), extent, regions, options, 1, 2, gradient.data());
  for (size_t i = 0; i < features.size(); ++i) {
    const float there = features[i];
    features[i] = there + 0.5F;
    const double above = value();
    features[i] = there - 0.5F;
    CHECK(gradient[i] == Approx(above - value()).margin(1e-4));
    features[i] = there;
  }
}
