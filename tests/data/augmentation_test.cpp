#include "data/augmentation.h"

#include <algorithm>
#include <set>

#include "catch_compat.h"
#include "core/error.h"
#include "tiny_files.h"

using namespace tnn;
using namespace tnn::test;

namespace {

/// No normalisation but the division by 255.
AugmentationOptions plain_options(int channels) {
  AugmentationOptions options;
  options.mean.assign(static_cast<size_t>(channels), 0.0F);
  options.std.assign(static_cast<size_t>(channels), 1.0F);
  options.augment = true;
  return options;
}

std::vector<float> apply(const Augmentation& augmentation, const ImageSet& set, uint64_t epoch, uint64_t sample,
                         bool channels_last = false) {
  const auto [height, width] = augmentation.output();
  std::vector<float> out(static_cast<size_t>(augmentation.channels() * height * width), -99.0F);
  augmentation.apply(set.image(sample), epoch, sample, out.data(), channels_last);
  return out;
}

}  // namespace

TEST_CASE("without augmentation an image is normalised channel by channel and nothing else") {
  const ImageSet set = tiny_images(2, 3, 4, 5);
  AugmentationOptions options = plain_options(3);
  options.augment = false;
  options.pad_crop = 2;
  options.flip = true;
  options.cutout = 3;
  options.mean = {0.1F, 0.2F, 0.3F};
  options.std = {0.5F, 0.25F, 0.125F};
  const auto out = apply(Augmentation(options, 1, 3, {4, 5}), set, 0, 1);
  for (size_t i = 0; i < out.size(); ++i)
    CHECK(out[i] == Approx((static_cast<double>(set.image(1)[i]) / 255 - options.mean[i / 20]) / options.std[i / 20]).margin(1e-6));
}

TEST_CASE("pad and crop shift the image over zero bytes by at most the padding, and flip mirrors it") {
  const ImageSet set = tiny_images(1, 2, 5, 7);
  AugmentationOptions options = plain_options(2);
  options.pad_crop = 2;
  options.flip = true;
  const Augmentation augmentation(options, 3, 2, {5, 7});
  std::set<std::vector<float>> distinct;
  for (uint64_t epoch = 0; epoch < 400; ++epoch) {
    const auto out = apply(augmentation, set, epoch, 0);
    distinct.insert(out);
    int explanations = 0;
    for (int down = -2; down <= 2; ++down)
      for (int right = -2; right <= 2; ++right)
        for (const bool flip : {false, true}) {
          std::vector<float> expected(70, 0.0F);
          for (int c = 0; c < 2; ++c)
            for (int y = 0; y < 5; ++y)
              for (int x = 0; x < 7; ++x) {
                const int from_y = y + down, from_x = (flip ? 6 - x : x) + right;
                if (from_y >= 0 && from_y < 5 && from_x >= 0 && from_x < 7)
                  expected[static_cast<size_t>(c * 35 + y * 7 + x)] =
                      static_cast<float>(set.pixels[static_cast<size_t>(c * 35 + from_y * 7 + from_x)]) / 255.0F;
              }
          explanations += expected == out;
        }
    CHECK(explanations == 1);
  }
  CHECK(distinct.size() == 50);
}

TEST_CASE("padding is byte 0 before normalisation, cutout is 0 after it") {
  ImageSet set = tiny_images(1, 1, 6, 6);
  std::fill(set.pixels.begin(), set.pixels.end(), uint8_t{255});
  AugmentationOptions options = plain_options(1);
  options.mean = {0.5F};
  options.std = {0.5F};
  options.pad_crop = 3;
  const Augmentation padded(options, 1, 1, {6, 6});
  options.pad_crop = 0;
  options.cutout = 3;
  const Augmentation cut(options, 1, 1, {6, 6});
  std::set<int64_t> sizes;
  for (uint64_t epoch = 0; epoch < 100; ++epoch) {
    for (const float value : apply(padded, set, epoch, 0)) CHECK((value == -1.0F || value == 1.0F));
    const auto out = apply(cut, set, epoch, 0);
    for (const float value : out) CHECK((value == 0.0F || value == 1.0F));
    sizes.insert(std::count(out.begin(), out.end(), 0.0F));
  }
  CHECK(sizes == std::set<int64_t>{4, 6, 9});  // the square is cut at the borders, one pixel at most here
}

TEST_CASE("channels last has the same values in another order") {
  const ImageSet set = tiny_images(3, 3, 5, 4);
  AugmentationOptions options = plain_options(3);
  options.pad_crop = 1;
  options.flip = true;
  options.cutout = 2;
  const Augmentation augmentation(options, 1, 3, {5, 4});
  for (uint64_t epoch = 0; epoch < 20; ++epoch) {
    const auto planar = apply(augmentation, set, epoch, 2), interleaved = apply(augmentation, set, epoch, 2, true);
    for (size_t c = 0; c < 3; ++c)
      for (size_t i = 0; i < 20; ++i) CHECK(planar[c * 20 + i] == interleaved[i * 3 + c]);
  }
}

TEST_CASE("what is random depends on seed, epoch and sample alone") {
  const ImageSet set = tiny_images(2, 1, 8, 8);
  AugmentationOptions options = plain_options(1);
  options.pad_crop = 4;
  options.flip = true;
  const Augmentation one(options, 1, 1, {8, 8}), same(options, 1, 1, {8, 8}), other(options, 2, 1, {8, 8});
  int equal_to_other = 0, equal_to_next = 0;
  for (uint64_t epoch = 0; epoch < 50; ++epoch) {
    const auto out = apply(one, set, epoch, 0);
    apply(same, set, epoch + 7, 1);
    CHECK(out == apply(same, set, epoch, 0));
    equal_to_other += out == apply(other, set, epoch, 0);
    equal_to_next += out == apply(one, set, epoch + 1, 0);
  }
  CHECK(equal_to_other < 10);
  CHECK(equal_to_next < 10);
}

TEST_CASE("images are resized by area averaging when they shrink and bilinearly when they grow") {
  ImageSet set = tiny_images(1, 2, 4, 4);
  AugmentationOptions options = plain_options(2);
  options.augment = false;
  options.image_size = {2, 2};
  const auto small = apply(Augmentation(options, 1, 2, {4, 4}), set, 0, 0);
  REQUIRE(small.size() == 8);
  const auto& p = set.pixels;
  CHECK(small[0] * 255 == Approx((p[0] + p[1] + p[4] + p[5]) / 4.0).margin(0.51));
  CHECK(small[7] * 255 == Approx((p[26] + p[27] + p[30] + p[31]) / 4.0).margin(0.51));
  options.image_size = {9, 9};
  std::fill(set.pixels.begin(), set.pixels.end(), uint8_t{51});
  for (const float value : apply(Augmentation(options, 1, 2, {4, 4}), set, 0, 0)) CHECK(value == Approx(0.2));
}

TEST_CASE("images are resized to a height and a width of their own") {
  const ImageSet set = tiny_images(3, 2, 6, 8);
  AugmentationOptions options = plain_options(2);
  options.augment = false;
  options.image_size = {3, 2};
  const Augmentation augmentation(options, 1, 2, {6, 8});
  CHECK((augmentation.output() == ImageExtent{3, 2}));
  const auto out = apply(augmentation, set, 0, 1);
  REQUIRE(out.size() == 12);
  for (size_t c = 0; c < 2; ++c)
    for (size_t y = 0; y < 3; ++y)
      for (size_t x = 0; x < 2; ++x) {
        double sum = 0;
        for (size_t k = 0; k < 8; ++k) sum += set.image(1)[c * 48 + (2 * y + k / 4) * 8 + 4 * x + k % 4];
        CHECK(out[c * 6 + y * 2 + x] * 255 == Approx(sum / 8).margin(0.51));
      }
}

TEST_CASE("options that do not fit the images are usage errors") {
  const auto fails = [](const auto& change) {
    AugmentationOptions options = plain_options(3);
    change(options);
    CHECK_THROWS_AS(Augmentation(options, 1, 3, {8, 6}), UsageError);
  };
  fails([](auto& options) { options.mean.pop_back(); });
  fails([](auto& options) { options.std.push_back(1); });
  fails([](auto& options) { options.std[1] = 0; });
  fails([](auto& options) { options.pad_crop = 6; });
  fails([](auto& options) { options.pad_crop = -1; });
  fails([](auto& options) { options.cutout = 7; });
  for (const ImageExtent size : {ImageExtent{-4, -4}, {0, 3}, {3, 0}, {1 << 15, 8}})
    fails([size](auto& options) { options.image_size = size; });
  AugmentationOptions enlarged = plain_options(3);
  enlarged.image_size = {32, 32};
  enlarged.cutout = 16;
  CHECK_NOTHROW(Augmentation(enlarged, 1, 3, {8, 6}));
}
