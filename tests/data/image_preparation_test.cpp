#include "data/image_preparation.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>

#include "catch_compat.h"
#include "core/atomic_file.h"
#include "data/file_bytes.h"
#include "data/resample.h"
#include "data/resample_kernels.h"
#include "image_files.h"
#include "temporary_folder.h"

using namespace tnn;
using namespace tnn::test;
namespace fs = std::filesystem;

namespace {

constexpr uint64_t kSeed = 7;

/// Values are bytes / 255.
AugmentationOptions plain_options(int side) {
  AugmentationOptions options;
  options.image_size = {side, side};
  options.mean = {0, 0, 0};
  options.std = {1, 1, 1};
  return options;
}

std::vector<float> prepared(const AugmentationOptions& options, const std::vector<uint8_t>& bytes, uint64_t epoch = 0, uint64_t sample = 0,
                            bool channels_last = true) {
  const ImagePreparation preparation(options, kSeed);
  std::vector<float> out(3 * static_cast<size_t>(options.image_size.height) * static_cast<size_t>(options.image_size.width), -1);
  preparation.apply(bytes, epoch, sample, out.data(), channels_last);
  return out;
}

std::string as_bytes(const std::vector<float>& values) {
  std::string bytes;
  for (const float value : values) bytes += static_cast<char>(static_cast<uint8_t>(std::lround(value * 255)));
  return bytes;
}

PixelImage decoded(const std::vector<uint8_t>& bytes) {
  PixelImage image;
  decode_image(bytes, image);
  return image;
}

AxisWeights whole_axis(int size, int outputs) { return antialiased_weights({size, 0, static_cast<double>(size), outputs, 0, outputs}); }

Picture resized(const PixelImage& image, int height, int width) {
  PixelImage out;
  resample(image, whole_axis(image.width, width), whole_axis(image.height, height), out);
  return colours(out);
}

/// A Python that has torchvision, or "".
std::string python_with_torchvision() {
  std::vector<std::string> candidates{"python3"};
  if (const char* deps = std::getenv("TNN_DEPS")) candidates.insert(candidates.begin(), std::string(deps) + "/bench-venv/bin/python");
  for (const auto& python : candidates)
    if (std::system(("'" + python + "' -c 'import torchvision, PIL' >/dev/null 2>&1").c_str()) == 0) return python;
  return "";
}

/// Images to compare on: made ones, and real ones where there are some.
std::vector<fs::path> reference_images(const fs::path& folder) {
  std::vector<fs::path> files;
  const auto add = [&](const std::string& name, const std::vector<uint8_t>& bytes) {
    files.push_back(folder / name);
    write_file_atomically(files.back(), {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  };
  add("wide.jpg", jpeg_bytes(test_picture(150, 401), {}));
  add("tall.jpg", jpeg_bytes(test_picture(500, 333), {JpegForm::Colours::ycc, 1, 1}));
  add("small.jpg", jpeg_bytes(test_picture(40, 31), {}));
  add("grey.jpg", jpeg_bytes(test_picture(300, 280, 1), {JpegForm::Colours::grey, 1, 1}));
  add("cmyk.jpg", jpeg_bytes(test_picture(260, 270, 4), {JpegForm::Colours::cmyk, 1, 1}));
  add("ycck.jpg", jpeg_bytes(test_picture(260, 270, 4), {JpegForm::Colours::ycck, 2, 2}));
  add("alpha.png", png_bytes(test_picture(240, 260, 4)));
  add("deep.png", png_bytes(test_picture(240, 260, 3), {16}));
  if (!test_data_root().empty())
    for (const auto& entry : fs::directory_iterator(test_data_root() + "/imagenet-part/train/n01514668")) files.push_back(entry.path());
  return files;
}

}  // namespace

TEST_CASE("prepared images are byte for byte what torchvision makes of PIL images") {
  const std::string python = python_with_torchvision();
  if (python.empty()) TNN_SKIP("no Python with torchvision (TNN_DEPS/bench-venv or python3)");
  const TemporaryFolder folder;
  std::ofstream jobs(folder.path() / "jobs");
  const auto files = reference_images(folder.path());
  const auto out = [&](size_t i, const std::string& kind) { return (folder.path() / (kind + std::to_string(i))).string(); };
  AugmentationOptions crop = plain_options(0), wide = plain_options(0);
  crop.image_size = {96, 80};
  wide.image_size = {100, 180};
  wide.decoding.resize_side = 120;
  crop.augment = true;
  crop.decoding.scaled = DecodingOptions::Scaled::never;
  const auto drawn = [&](ImageExtent image, size_t i) {
    RandomStream random(kSeed, RandomPurpose::augmentation, {3, i});
    return random_resized_crop(image, crop.decoding.crop_range, random);
  };
  std::vector<std::vector<uint8_t>> images(files.size());
  for (size_t i = 0; i < files.size(); ++i) {
    read_file_bytes(files[i], images[i]);
    const PixelBox box = drawn(open_image(images[i])->extent(), i);
    jobs << "centre " << files[i].string() << " 256 224 224 " << out(i, "centre") << "\n";
    jobs << "centre " << files[i].string() << " 120 100 180 " << out(i, "wide") << "\n";
    jobs << "crop " << files[i].string() << " " << box.top << " " << box.left << " " << box.height << " " << box.width << " 96 80 "
         << out(i, "crop") << "\n";
    jobs << "jitter " << files[i].string() << " " << out(i, "jitter") << " contrast 1.37 saturation 0.4 brightness 0.83 hue 0.21\n";
    jobs << "jitter " << files[i].string() << " " << out(i, "jitter-b") << " hue -0.4 brightness 1.6 saturation 1.7 contrast 0.3\n";
  }
  jobs.close();
  REQUIRE(
      std::system(("'" + python + "' " TNN_SOURCE_DIR "/tests/data/torchvision_reference.py '" + (folder.path() / "jobs").string() + "'")
                      .c_str()) == 0);
  for (size_t i = 0; i < files.size(); ++i) {
    INFO(files[i].string());
    const auto reference = [&](const std::string& kind) { return read_file(out(i, kind)); };
    CHECK((as_bytes(prepared(plain_options(224), images[i])) == reference("centre")));
    CHECK((as_bytes(prepared(wide, images[i])) == reference("wide")));
    CHECK((as_bytes(prepared(crop, images[i], 3, i)) == reference("crop")));
    const auto jittered = [&](const Jitter& jitter) {
      PixelImage image = decoded(images[i]);
      apply_jitter(jitter, image);
      const Picture picture = colours(image);
      return std::string(picture.bytes.begin(), picture.bytes.end());
    };
    CHECK((jittered({0.83, 1.37, 0.4, 0.21, {1, 2, 0, 3}}) == reference("jitter")));
    CHECK((jittered({1.6, 0.3, 1.7, -0.4, {3, 0, 2, 1}}) == reference("jitter-b")));
  }
}

TEST_CASE("weights of a resize are those of its inputs alone, and add up to one") {
  for (const int size : {1, 2, 5, 64, 333})
    for (const int outputs : {1, 2, 7, 64, 500}) {
      const AxisWeights weights = whole_axis(size, outputs);
      REQUIRE(weights.outputs() == outputs);
      for (int i = 0; i < outputs; ++i) {
        int64_t sum = 0;
        for (int k = 0; k < weights.taps; ++k) sum += weights.weight[static_cast<size_t>(i * weights.taps + k)];
        CHECK(std::abs(sum - (int64_t{1} << AxisWeights::kPrecisionBits)) <= weights.taps);
        CHECK((weights.first[static_cast<size_t>(i)] >= 0 && weights.first[static_cast<size_t>(i)] + weights.taps <= size));
      }
    }
}

TEST_CASE("a resize to the same size changes nothing, one of a flat image gives a flat image") {
  const PixelImage image = decoded(png_bytes(test_picture(37, 53)));
  CHECK(same(resized(image, 37, 53), colours(image)));
  for (const int level : {0, 1, 128, 254, 255}) {
    const auto value = static_cast<uint8_t>(level);
    const Picture flat{19, 23, 3, std::vector<uint8_t>(19 * 23 * 3, value)};
    const Picture out = resized(decoded(png_bytes(flat)), 100, 7);
    CHECK(out.bytes == std::vector<uint8_t>(100 * 7 * 3, value));
  }
}

TEST_CASE("part of a resize is that part of the whole") {
  const PixelImage image = decoded(png_bytes(test_picture(90, 120)));
  const Picture all = resized(image, 50, 60);
  PixelImage part;
  resample(image, antialiased_weights({120, 0, 120, 60, 11, 20}), antialiased_weights({90, 0, 90, 50, 30, 9}), part);
  const Picture found = colours(part);
  for (int y = 0; y < 9; ++y)
    for (int x = 0; x < 20; ++x) REQUIRE(std::equal(found.pixel(y, x), found.pixel(y, x) + 3, all.pixel(30 + y, 11 + x)));
}

TEST_CASE("the resize of this processor's instructions gives the bytes of plain arithmetic") {
  if (!has_avx2_resample()) TNN_SKIP("no AVX2");
  RandomStream random(4);
  for (int i = 0; i < 200; ++i) {
    const auto side = [&](uint64_t most) { return static_cast<int>(1 + random.below(most)); };
    const PixelImage image = decoded(png_bytes(test_picture(side(70), side(90), 3, static_cast<uint64_t>(i))));
    const AxisWeights columns = whole_axis(image.width, side(60)), rows = whole_axis(image.height, side(60));
    PixelImage wide, plain;
    resample_by_avx2(image, columns, rows, wide);
    resample_plainly(image, columns, rows, plain);
    REQUIRE(same(colours(wide), colours(plain)));
  }
}

TEST_CASE("random crops lie in the image, with the area and ratio that were asked for") {
  const CropRange range{0.2, 0.7, 0.6, 1.5};
  std::set<int> tops;
  for (uint64_t i = 0; i < 2000; ++i) {
    RandomStream random(i);
    const PixelBox box = random_resized_crop({300, 400}, range, random);
    REQUIRE((box.top >= 0 && box.left >= 0 && box.top + box.height <= 300 && box.left + box.width <= 400));
    const double area = static_cast<double>(box.height) * box.width / (300.0 * 400), ratio = static_cast<double>(box.width) / box.height;
    REQUIRE((area > 0.19 && area < 0.71 && ratio > 0.58 && ratio < 1.53));
    tops.insert(box.top);
  }
  CHECK(tops.size() > 100);
  RandomStream random(1);
  CHECK((random_resized_crop({10, 1000}, {1, 1, 0.75, 4.0 / 3}, random) == PixelBox{0, 493, 10, 13}));
  CHECK((random_resized_crop({1, 1}, {0.01, 0.02, 0.75, 4.0 / 3}, random) == PixelBox{0, 0, 1, 1}));
}

TEST_CASE("an image is resized to just cover a size, which of a square is that of its shorter side") {
  CHECK((resized_to_cover({300, 401}, {256, 256}) == ImageExtent{256, 342}));
  CHECK((resized_to_cover({401, 300}, {256, 256}) == ImageExtent{342, 256}));
  CHECK((resized_to_cover({100, 100}, {27, 46}) == ImageExtent{46, 46}));
  RandomStream random(9);
  for (int i = 0; i < 2000; ++i) {
    const auto side = [&] { return static_cast<int>(1 + random.below(700)); };
    const ImageExtent image{side(), side()}, target{side(), side()}, resized = resized_to_cover(image, target);
    REQUIRE((resized.height >= target.height && resized.width >= target.width));
    REQUIRE((resized.height == target.height || resized.width == target.width));
    const double ratio = static_cast<double>(image.width) / image.height;
    REQUIRE(
        (resized.width <= resized.height * ratio + std::max(1.0, ratio) && resized.width >= resized.height * ratio - std::max(1.0, ratio)));
  }
}

TEST_CASE("the centre of a resized image is cut to height and width, with zeros around where it is smaller") {
  const Picture picture = test_picture(30, 80);
  AugmentationOptions options = plain_options(0);
  options.image_size = {20, 90};
  options.decoding.resize_side = 30;  // as it is
  const auto found = prepared(options, png_bytes(picture));
  for (int y = 0; y < 20; ++y)
    for (int x = 0; x < 90; ++x)
      for (int c = 0; c < 3; ++c) {
        const bool inside = x >= 5 && x < 85;
        const int expected = inside ? picture.pixel(y + 5, x - 5)[c] : 0;
        REQUIRE(std::lround(found[static_cast<size_t>((y * 90 + x) * 3 + c)] * 255) == expected);
      }
  options.decoding.resize_side = 0;  // covers
  const auto covered = prepared(options, png_bytes(Picture{30, 80, 3, std::vector<uint8_t>(30 * 80 * 3, 255)}));
  CHECK(std::all_of(covered.begin(), covered.end(), [](float value) { return value == 1; }));
}

TEST_CASE("an output that is not square has the pixels of its part resized to it") {
  const auto image = png_bytes(test_picture(90, 120));
  AugmentationOptions options = plain_options(0);
  options.image_size = {24, 40};
  options.augment = true;
  for (uint64_t sample = 0; sample < 20; ++sample) {
    RandomStream random(kSeed, RandomPurpose::augmentation, {0, sample});
    const PixelBox box = random_resized_crop({90, 120}, options.decoding.crop_range, random);
    PixelImage part;
    open_image(image)->decode(box, 1, part);
    const Picture expected = resized(part, 24, 40);
    CHECK(as_bytes(prepared(options, image, 0, sample)) == std::string(expected.bytes.begin(), expected.bytes.end()));
  }
}

TEST_CASE("what is random follows from seed, epoch and sample, and nothing is random without augmentation") {
  const auto image = jpeg_bytes(test_picture(120, 90), {});
  AugmentationOptions options = plain_options(32);
  options.flip = true;
  options.cutout = 8;
  options.decoding.jitter = {0.4, 0.4, 0.4, 0.1};
  CHECK(prepared(options, image, 0, 0) == prepared(options, image, 5, 9));
  options.augment = true;
  CHECK(prepared(options, image, 2, 4) == prepared(options, image, 2, 4));
  CHECK(prepared(options, image, 2, 4) != prepared(options, image, 3, 4));
  CHECK(prepared(options, image, 2, 4) != prepared(options, image, 2, 5));
}

TEST_CASE("mirroring turns rows around, and both orders of the dimensions hold the same values") {
  const auto image = jpeg_bytes(test_picture(64, 64), {});
  AugmentationOptions options = plain_options(64);
  options.augment = options.flip = true;
  options.decoding.crop = false;
  options.decoding.resize_side = 64;
  AugmentationOptions plain = options;
  plain.augment = false;
  const auto original = prepared(plain, image);
  int mirrored = 0;
  for (uint64_t sample = 0; sample < 64; ++sample) {
    const auto found = prepared(options, image, 0, sample), planar = prepared(options, image, 0, sample, false);
    const bool flipped = found != original;
    mirrored += flipped;
    for (size_t y = 0; y < 64; ++y)
      for (size_t x = 0; x < 64; ++x)
        for (size_t c = 0; c < 3; ++c) {
          REQUIRE(found[(y * 64 + x) * 3 + c] == original[(y * 64 + (flipped ? 63 - x : x)) * 3 + c]);
          REQUIRE(planar[(c * 64 + y) * 64 + x] == found[(y * 64 + x) * 3 + c]);
        }
  }
  CHECK((mirrored > 15 && mirrored < 49));
}

TEST_CASE("decoding at reduced size gives nearly the same picture, and only where it is allowed") {
  const auto image = jpeg_bytes(test_picture(900, 1200), {JpegForm::Colours::ycc, 2, 2});
  AugmentationOptions options = plain_options(64);
  const auto with = [&](DecodingOptions::Scaled scaled, bool augment) {
    AugmentationOptions changed = options;
    changed.decoding.scaled = scaled;
    changed.augment = augment;
    return prepared(changed, image);
  };
  using Scaled = DecodingOptions::Scaled;
  for (const bool augment : {false, true}) {
    const auto exact = with(Scaled::never, augment), reduced = with(Scaled::always, augment);
    CHECK(with(Scaled::training, augment) == (augment ? reduced : exact));
    CHECK(exact != reduced);
    double difference = 0;
    for (size_t i = 0; i < exact.size(); ++i) difference += std::abs(exact[i] - reduced[i]);
    CHECK(difference / static_cast<double>(exact.size()) < 4.0 / 255);
  }
}

TEST_CASE("options of a preparation that do not fit are usage errors") {
  const auto fails = [](const auto& change, const std::string& word) {
    AugmentationOptions options = plain_options(32);
    change(options);
    CHECK_THROWS_WITH(ImagePreparation(options, 0), ContainsSubstring(word));
  };
  fails([](auto& o) { o.image_size = {}; }, "image_size");
  fails([](auto& o) { o.image_size = {32, 0}; }, "image_size");
  fails([](auto& o) { o.decoding.resize_side = 31; }, "resize_side");
  fails([](auto& o) { o.pad_crop = 2; }, "pad_crop");
  fails([](auto& o) { o.cutout = 33; }, "cutout");
  fails([](auto& o) { o.decoding.crop_range.scale_low = 0; }, "crop_scale");
  fails([](auto& o) { o.decoding.crop_range.scale_high = 1.5; }, "crop_scale");
  fails([](auto& o) { o.decoding.crop_range = {0.1, 1, 2, 1}; }, "crop_ratio");
  fails([](auto& o) { o.decoding.jitter.hue = 0.6; }, "hue");
  fails([](auto& o) { o.decoding.jitter.contrast = -1; }, "contrast");
  fails([](auto& o) { o.mean = {0.5F}; }, "mean");
}
