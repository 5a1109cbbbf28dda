#include "data/geometry.h"

#include <cmath>
#include <numeric>

#include "catch_compat.h"
#include "data/augmentation.h"
#include "data/image_preparation.h"
#include "data/loader.h"
#include "image_files.h"
#include "tiny_files.h"

using namespace tnn;
using namespace tnn::test;

namespace {

AugmentationOptions plain_options(size_t channels, ImageExtent size = {}) {
  AugmentationOptions options;
  options.mean.assign(channels, 0);
  options.std.assign(channels, 1);
  options.image_size = size;
  options.augment = options.flip = true;
  return options;
}

/// Black but for `side` squared pixels from (top, left) on.
Picture bright_square(ImageExtent extent, int channels, int top, int left, int side) {
  Picture picture{extent.height, extent.width, channels, {}};
  for (int y = 0; y < extent.height; ++y)
    for (int x = 0; x < extent.width; ++x) {
      const bool bright = y >= top && y < top + side && x >= left && x < left + side;
      picture.bytes.insert(picture.bytes.end(), static_cast<size_t>(channels), bright ? 255 : 0);
    }
  return picture;
}

struct Spot {
  double sum = 0, x = 0, y = 0;  ///< brightness, and where its middle is
};

Spot bright_spot(const float* plane, ImageExtent extent) {
  Spot spot;
  for (int y = 0; y < extent.height; ++y)
    for (int x = 0; x < extent.width; ++x, ++plane) {
      spot.sum += *plane;
      spot.x += *plane * (x + 0.5);
      spot.y += *plane * (y + 0.5);
    }
  spot.x /= spot.sum;
  spot.y /= spot.sum;
  return spot;
}

bool lies_within(const Geometry::Point& point, ImageExtent extent, double margin) {
  return point.x >= margin && point.y >= margin && point.x <= extent.width - margin && point.y <= extent.height - margin;
}

/// Prepares images with a bright square by `options` for many samples, and looks for it where the geometry says. Returns how often it was
/// in sight, and mirrored.
std::pair<int, int> check_prepared(const AugmentationOptions& options, ImageExtent extent, int side, bool jpeg, int samples) {
  const ImagePreparation preparation(options, 3);
  const ImageExtent output = preparation.output();
  std::vector<float> out(3 * static_cast<size_t>(output.height) * static_cast<size_t>(output.width));
  std::pair<int, int> seen{0, 0};
  RandomStream random(5);
  for (int i = 0; i < samples; ++i) {
    const int top = static_cast<int>(random.below(static_cast<uint64_t>(extent.height - side + 1)));
    const int left = static_cast<int>(random.below(static_cast<uint64_t>(extent.width - side + 1)));
    const auto bytes = jpeg ? jpeg_bytes(bright_square(extent, 1, top, left, side), {JpegForm::Colours::grey, 1, 1})
                            : png_bytes(bright_square(extent, 3, top, left, side));
    const Geometry geometry = preparation.apply(bytes, 2, static_cast<uint64_t>(i), out.data());
    CHECK((geometry.source == extent && geometry.output == output));
    const auto one = geometry.map(left, top), other = geometry.map(left + side, top + side);
    const double reach = 1 + std::max(geometry.scale_x, geometry.scale_y);  // of the resize's filter
    if (!lies_within(one, output, reach) || !lies_within(other, output, reach)) continue;
    const Spot spot = bright_spot(out.data(), output);
    INFO("sample " << i << ", square at " << left << ", " << top << ", scales " << geometry.scale_x << ", " << geometry.scale_y);
    REQUIRE(spot.sum > 0);
    REQUIRE(std::abs(spot.x - (one.x + other.x) / 2) < 0.5);
    REQUIRE(std::abs(spot.y - (one.y + other.y) / 2) < 0.5);
    ++seen.first;
    seen.second += geometry.flipped;
  }
  return seen;
}

}  // namespace

TEST_CASE("a pixel of an image in memory lies where its geometry says after pad, crop and flip") {
  int inside = 0, outside = 0, flipped = 0;
  for (uint64_t seed = 0; seed < 400; ++seed) {
    RandomStream random(seed);
    const ImageExtent extent{static_cast<int>(4 + random.below(6)), static_cast<int>(4 + random.below(9))};
    const int y = static_cast<int>(random.below(static_cast<uint64_t>(extent.height)));
    const int x = static_cast<int>(random.below(static_cast<uint64_t>(extent.width)));
    AugmentationOptions options = plain_options(1);
    options.pad_crop = 3;
    std::vector<float> out(static_cast<size_t>(extent.height * extent.width));
    const Geometry geometry =
        Augmentation(options, seed, 1, extent).apply(bright_square(extent, 1, y, x, 1).bytes.data(), 1, seed, out.data());
    CHECK((geometry.source == extent && geometry.output == extent));
    const auto place = geometry.map(x + 0.5, y + 0.5);
    const float total = std::accumulate(out.begin(), out.end(), 0.0F);
    flipped += geometry.flipped;
    if (!lies_within(place, extent, 0)) {
      ++outside;
      CHECK(total == 0);
      continue;
    }
    ++inside;
    CHECK(total == 1);
    CHECK(out[static_cast<size_t>(std::floor(place.y)) * static_cast<size_t>(extent.width) + static_cast<size_t>(std::floor(place.x))] ==
          1);
  }
  CHECK((inside > 200 && outside > 20 && flipped > 100 && flipped < 300));
}

TEST_CASE("a loader tells the geometry of images in memory from their stored size on, resized up front or one by one") {
  const ImageExtent extent{9, 6}, size{18, 30};
  auto set = std::make_shared<ImageSet>(tiny_images(54, 1, extent.height, extent.width));
  std::fill(set->pixels.begin(), set->pixels.end(), uint8_t{0});
  for (size_t i = 0; i < 54; ++i) set->pixels[i * 54 + i] = 255;
  std::vector<uint32_t> all(54);
  std::iota(all.begin(), all.end(), 0U);
  LoaderOptions options;
  options.batch_size = 10;
  options.augmentation = plain_options(1, size);
  options.augmentation.pad_crop = 4;
  Loader loader(set, all, options);
  const Augmentation single(options.augmentation, options.seed, 1, extent);
  std::vector<float> alone(18 * 30);
  int seen = 0;
  Batch batch;
  for (int64_t epoch = 0; epoch < 6; ++epoch)
    for (loader.start_epoch(epoch); loader.next(batch);)
      for (size_t i = 0; i < batch.indices.size(); ++i) {
        const Geometry& geometry = batch.geometry.at(i);
        CHECK((geometry.source == extent && geometry.output == size));
        const uint32_t pixel = batch.indices[i];
        const auto place = geometry.map(pixel % 6 + 0.5, static_cast<double>(pixel / 6) + 0.5);
        const auto same =
            single.apply(set->image(pixel), static_cast<uint64_t>(epoch), pixel, alone.data()).map(pixel % 6 + 0.5, pixel / 6 + 0.5);
        CHECK((same.x == place.x && same.y == place.y));
        const bool at_border = pixel % 6 == 0 || pixel % 6 == 5 || pixel / 6 == 0 || pixel / 6 == 8;  // its light is cut off
        if (at_border || !lies_within(place, size, 6)) continue;
        ++seen;
        const Spot spot = bright_spot(batch.inputs.values.data() + i * 540, size);
        CHECK(std::abs(spot.x - place.x) < 0.1);
        CHECK(std::abs(spot.y - place.y) < 0.1);
      }
  CHECK(seen > 40);
}

TEST_CASE("a bright square of a decoded image lies where its geometry says after a random resized crop") {
  for (const ImageExtent size : {ImageExtent{24, 40}, {32, 32}, {50, 21}}) {
    AugmentationOptions options = plain_options(3, size);
    options.decoding.crop_range.scale_low = 0.4;
    const auto [seen, flipped] = check_prepared(options, {57, 83}, 5, false, 300);
    CHECK((seen > 60 && flipped > seen / 4 && flipped < seen * 3 / 4));
  }
}

TEST_CASE("geometry holds for JPEG that is decoded at reduced size") {
  AugmentationOptions options = plain_options(3, {24, 40});
  options.decoding.crop_range.scale_low = 0.8;
  options.decoding.scaled = DecodingOptions::Scaled::always;
  CHECK(check_prepared(options, {240, 400}, 32, true, 120).first > 30);
}

TEST_CASE("geometry holds for the centre of a resized image, smaller or larger than the output") {
  for (const int resize_side : {0, 24, 30, 60})
    for (const ImageExtent extent : {ImageExtent{60, 60}, {41, 90}, {90, 41}}) {
      AugmentationOptions options = plain_options(3, {24, 40});
      options.decoding.crop = false;
      options.decoding.resize_side = resize_side;
      CHECK(check_prepared(options, extent, 3, false, 300).first > 4);
    }
}

namespace {

/// A saturated rectangle in an image of noise and grey shapes.
Picture painted_box(ImageExtent extent, const Box& box, uint64_t seed) {
  Picture picture = test_picture(extent.height, extent.width, 3, seed);
  for (int y = 0; y < extent.height; ++y)
    for (int x = 0; x < extent.width; ++x) {
      const bool inside = x >= box.x1 && x < box.x2 && y >= box.y1 && y < box.y2;
      uint8_t* pixel = picture.bytes.data() + (static_cast<size_t>(y) * static_cast<size_t>(extent.width) + static_cast<size_t>(x)) * 3;
      pixel[0] = inside ? 255 : pixel[0] / 4;
      pixel[1] = inside ? 0 : pixel[0];
      pixel[2] = inside ? 255 : pixel[0];
    }
  return picture;
}

/// How far red is above green, in place of the brightness of each pixel.
Spot coloured_spot(const std::vector<float>& input, ImageExtent extent) {
  const size_t plane = static_cast<size_t>(extent.height) * static_cast<size_t>(extent.width);
  std::vector<float> saturation(plane);
  for (size_t i = 0; i < plane; ++i) saturation[i] = std::max(0.0F, input[i] - input[plane + i] - 0.3F);
  return bright_spot(saturation.data(), extent);
}

int number_in(RandomStream& random, int low, int high) {
  return low + static_cast<int>(random.below(static_cast<uint64_t>(high - low + 1)));
}

/// All that the rest of the canvas is: zeros.
bool is_empty_beside(const std::vector<float>& input, ImageExtent canvas, ImageExtent part) {
  const auto width = static_cast<size_t>(canvas.width), height = static_cast<size_t>(canvas.height);
  for (size_t i = 0; i < input.size(); ++i) {
    const auto x = static_cast<int>(i % width), y = static_cast<int>(i / width % height);
    if ((x >= part.width || y >= part.height) && input[i] != 0) return false;
  }
  return true;
}

}  // namespace

TEST_CASE("a painted box of an image that is kept whole lies where its geometry says after scale, flip and colour jitter") {
  RandomStream random(11);
  int flipped = 0, portrait = 0;
  for (uint64_t sample = 0; sample < 200; ++sample) {
    const ImageExtent extent{number_in(random, 40, 160), number_in(random, 40, 160)};
    const int width = number_in(random, 8, extent.width / 2), height = number_in(random, 8, extent.height / 2);
    const int left = number_in(random, 0, extent.width - width), top = number_in(random, 0, extent.height - height);
    const Box box{1.0 * left, 1.0 * top, 1.0 * left + width, 1.0 * top + height};
    AugmentationOptions options = plain_options(3, {number_in(random, 60, 140), number_in(random, 60, 140)});
    options.decoding.whole = {true, number_in(random, 50, 120), number_in(random, 80, 160), 0.8, 1.25};
    options.decoding.jitter = {0.2, 0.2, 0.2, 0.01};
    options.mean.assign(3, 0.1F);
    const bool jpeg = random.bernoulli(0.5);
    const Picture picture = painted_box(extent, box, sample);
    const auto bytes = jpeg ? jpeg_bytes(picture, {JpegForm::Colours::ycc, 1, 1}) : png_bytes(picture);
    std::vector<float> input(3 * static_cast<size_t>(options.image_size.height) * static_cast<size_t>(options.image_size.width), -1);
    const Geometry geometry = ImagePreparation(options, 3).apply(bytes, 1, sample, input.data());
    INFO("sample " << sample << ", image " << extent.width << " x " << extent.height << ", scale " << geometry.scale_x);
    CHECK((geometry.source == extent && geometry.output == options.image_size));
    REQUIRE(is_empty_beside(input, options.image_size, geometry.shown()));
    const Box mapped = geometry.map(box), back = geometry.unmap(mapped);
    CHECK((mapped.x1 > -1e-9 && mapped.x2 < geometry.shown().width + 1e-9 && mapped.x1 < mapped.x2));
    CHECK((mapped.y1 > -1e-9 && mapped.y2 < geometry.shown().height + 1e-9 && mapped.y1 < mapped.y2));
    CHECK((std::abs(back.x1 - box.x1) < 1e-9 && std::abs(back.y2 - box.y2) < 1e-9));
    const Spot spot = coloured_spot(input, options.image_size);
    REQUIRE(spot.sum > 0);
    CHECK(std::abs(spot.x - (mapped.x1 + mapped.x2) / 2) < 1);
    CHECK(std::abs(spot.y - (mapped.y1 + mapped.y2) / 2) < 1);
    flipped += geometry.flipped;
    portrait += extent.height > extent.width;
  }
  CHECK((flipped > 60 && flipped < 140 && portrait > 60 && portrait < 140));
}
