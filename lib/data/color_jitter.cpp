#include "data/color_jitter.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace tnn {
namespace {

constexpr size_t kPixel = PixelImage::kPixelBytes;

/// Luma of ITU-R 601 in 16-bit fixed point.
int grey(const uint8_t* p) { return (p[0] * 19595 + p[1] * 38470 + p[2] * 7471 + 0x8000) >> 16; }

template <typename Change>
void for_pixels(PixelImage& image, Change change) {
  for (int y = 0; y < image.height; ++y) {
    uint8_t* pixel = image.row(y);
    for (int x = 0; x < image.width; ++x, pixel += kPixel) change(pixel);
  }
}

/// from + factor * (value - from), cut to bytes; towards zero, as Pillow's blend.
uint8_t mixed(int from, int value, float factor) {
  const float mix = static_cast<float>(from) + factor * static_cast<float>(value - from);
  return mix <= 0 ? uint8_t{0} : mix >= 255 ? uint8_t{255} : static_cast<uint8_t>(mix);
}

void mix_with(PixelImage& image, int from, float factor) {
  std::array<uint8_t, 256> table{};
  for (int value = 0; value < 256; ++value) table[static_cast<size_t>(value)] = mixed(from, value, factor);
  for_pixels(image, [&](uint8_t* p) {
    for (int c = 0; c < 3; ++c) p[c] = table[p[c]];
  });
}

int mean_grey(PixelImage& image) {
  int64_t sum = 0;
  for_pixels(image, [&](const uint8_t* p) { sum += grey(p); });
  return static_cast<int>(static_cast<double>(sum) / (static_cast<double>(image.height) * image.width) + 0.5);
}

void mix_with_grey(PixelImage& image, float factor) {
  for_pixels(image, [&](uint8_t* p) {
    const int from = grey(p);
    for (int c = 0; c < 3; ++c) p[c] = mixed(from, p[c], factor);
  });
}

struct Hsv {
  uint8_t h, s, v;
};

uint8_t to_byte(double value) { return static_cast<uint8_t>(std::clamp(static_cast<int>(value), 0, 255)); }

Hsv to_hsv(const uint8_t* p) {
  const auto [low, high] = std::minmax({p[0], p[1], p[2]});
  if (low == high) return {0, 0, high};
  const auto range = static_cast<float>(high - low);
  const auto below = [&](uint8_t value) { return static_cast<float>(high - value) / range; };
  const float r = below(p[0]), g = below(p[1]), b = below(p[2]);
  const auto sixth = static_cast<float>(p[0] == high ? b - g : p[1] == high ? 2.0 + r - b : 4.0 + g - r);
  const auto turn = static_cast<float>(std::fmod(sixth / 6.0 + 1.0, 1.0));
  return {to_byte(turn * 255.0), to_byte(range / static_cast<float>(high) * 255.0F), high};
}

void from_hsv(const Hsv& hsv, uint8_t* out) {
  if (hsv.s == 0) {
    out[0] = out[1] = out[2] = hsv.v;
    return;
  }
  const float sixth = static_cast<float>(hsv.h) * 6.0F / 255.0F, saturation = static_cast<float>(hsv.s) / 255.0F;
  const int sector = static_cast<int>(std::floor(sixth));
  const float part = sixth - static_cast<float>(sector);
  const auto level = [&](float share) { return to_byte(std::round(static_cast<float>(hsv.v) * (1.0F - share))); };
  const uint8_t v = hsv.v, p = level(saturation), q = level(saturation * part), t = level(saturation * (1.0F - part));
  const uint8_t colours[6][3] = {{v, t, p}, {q, v, p}, {p, v, t}, {p, q, v}, {t, p, v}, {v, p, q}};
  std::copy_n(colours[sector % 6], 3, out);
}

void turn_hue(PixelImage& image, double turn) {
  const auto shift = static_cast<uint8_t>(static_cast<int>(turn * 255));
  for_pixels(image, [&](uint8_t* p) {
    Hsv hsv = to_hsv(p);
    hsv.h = static_cast<uint8_t>(hsv.h + shift);
    from_hsv(hsv, p);
  });
}

double around_one(double reach, RandomStream& random) {
  const double low = std::max(0.0, 1 - reach), high = 1 + reach;
  return low + (high - low) * random.uniform();
}

}  // namespace

Jitter draw_jitter(const JitterRange& range, RandomStream& random) {
  Jitter jitter;
  std::vector<int> order(jitter.order.begin(), jitter.order.end());
  random.shuffle(order);
  std::copy(order.begin(), order.end(), jitter.order.begin());
  if (range.brightness > 0) jitter.brightness = around_one(range.brightness, random);
  if (range.contrast > 0) jitter.contrast = around_one(range.contrast, random);
  if (range.saturation > 0) jitter.saturation = around_one(range.saturation, random);
  if (range.hue > 0) jitter.hue = range.hue * (2 * random.uniform() - 1);
  return jitter;
}

void apply_jitter(const Jitter& jitter, PixelImage& image) {
  for (const int step : jitter.order) {
    if (step == 0 && jitter.brightness != 1) mix_with(image, 0, static_cast<float>(jitter.brightness));
    if (step == 1 && jitter.contrast != 1) mix_with(image, mean_grey(image), static_cast<float>(jitter.contrast));
    if (step == 2 && jitter.saturation != 1) mix_with_grey(image, static_cast<float>(jitter.saturation));
    if (step == 3 && jitter.hue != 0) turn_hue(image, jitter.hue);
  }
}

}  // namespace tnn
