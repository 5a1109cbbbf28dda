#include "data/image_decoder.h"

#include <cmath>
#include <filesystem>

#include "catch_compat.h"
#include "core/random_stream.h"
#include "data/file_bytes.h"
#include "image_files.h"

using namespace tnn;
using namespace tnn::test;

namespace {

/// What CMYK bytes stand for: ink takes light away.
Picture rgb_of(const Picture& stored, bool inverted) {
  if (stored.channels == 3) return stored;
  Picture rgb{stored.height, stored.width, 3, {}};
  for (size_t i = 0; i < stored.bytes.size(); i += 4)
    for (size_t c = 0; c < 3; ++c) {
      const auto light = [&](size_t at) { return inverted ? stored.bytes[at] : 255 - stored.bytes[at]; };
      rgb.bytes.push_back(static_cast<uint8_t>(std::lround(light(i + c) * light(i + 3) / 255.0)));
    }
  return rgb;
}

Picture whole(const std::vector<uint8_t>& bytes) {
  PixelImage image;
  decode_image(bytes, image);
  return colours(image);
}

Picture cut(const Picture& picture, const PixelBox& box) {
  Picture part{box.height, box.width, picture.channels, {}};
  for (int y = 0; y < box.height; ++y) {
    const uint8_t* row = picture.pixel(box.top + y, box.left);
    part.bytes.insert(part.bytes.end(), row, row + static_cast<size_t>(box.width) * static_cast<size_t>(picture.channels));
  }
  return part;
}

PixelBox random_box(ImageExtent image, RandomStream& random) {
  const auto below = [&](int count) { return static_cast<int>(random.below(static_cast<uint64_t>(count))); };
  PixelBox box{below(image.height), below(image.width), 0, 0};
  box.height = 1 + below(image.height - box.top);
  box.width = 1 + below(image.width - box.left);
  return box;
}

/// Parts of the image at each scale are those of the whole image at that scale.
void check_parts(const std::vector<uint8_t>& bytes, int parts, RandomStream& random) {
  for (const int denominator : {1, 2, 4, 8}) {
    const ImageExtent extent = open_image(bytes)->scaled_extent(denominator);
    PixelImage all, part;
    open_image(bytes)->decode(whole_box(extent), denominator, all);
    for (int i = 0; i < parts; ++i) {
      const PixelBox box = random_box(extent, random);
      INFO("1/" << denominator << ", " << box.height << " x " << box.width << " at " << box.top << ", " << box.left);
      open_image(bytes)->decode(box, denominator, part);
      REQUIRE(same(colours(part), cut(colours(all), box)));
    }
  }
}

std::vector<std::vector<uint8_t>> real_images(const std::string& folder) {
  std::vector<std::vector<uint8_t>> images;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(test_data_root() + "/" + folder))
    if (entry.is_regular_file() && entry.path().extension() != ".xml" && entry.path().extension() != ".txt") {
      images.emplace_back();
      read_file_bytes(entry.path(), images.back());
    }
  return images;
}

}  // namespace

TEST_CASE("a decoded JPEG has the pixels that libjpeg-turbo's plain interface gives, in every form and scale") {
  for (const auto& [name, form] : jpeg_forms())
    for (const ImageExtent size : {ImageExtent{61, 83}, {16, 16}, {1, 1}, {7, 200}}) {
      INFO(name << ", " << size.height << " x " << size.width);
      const auto bytes = jpeg_bytes(test_picture(size.height, size.width, channels_of(form)), form);
      const bool inverted = form.colours == JpegForm::Colours::ycck || form.adobe_marker;
      CHECK((open_image(bytes)->extent() == size));
      CHECK(same(whole(bytes), rgb_of(plain_decode(bytes), inverted)));
      for (const int denominator : {2, 4, 8}) {
        const auto decoder = open_image(bytes);
        PixelImage image;
        decoder->decode(whole_box(decoder->scaled_extent(denominator)), denominator, image);
        CHECK(same(colours(image), rgb_of(plain_decode(bytes, denominator), inverted)));
      }
    }
}

TEST_CASE("a decoded part of a JPEG has the pixels of the whole image at its place") {
  RandomStream random(3);
  for (const auto& [name, form] : jpeg_forms()) {
    INFO(name);
    check_parts(jpeg_bytes(test_picture(149, 211, channels_of(form)), form), 60, random);
  }
}

TEST_CASE("real JPEG files decode as by libjpeg-turbo's plain interface, whole and in part") {
  if (test_data_root().empty()) TNN_SKIP("TNN_DATA is not set");
  RandomStream random(5);
  for (const char* folder : {"imagenet-part", "voc2007-part/VOCdevkit/VOC2007/JPEGImages"}) {
    const auto images = real_images(folder);
    REQUIRE(images.size() > 50);
    for (const auto& bytes : images) {
      REQUIRE(same(whole(bytes), plain_decode(bytes)));
      check_parts(bytes, 1, random);
    }
  }
}

TEST_CASE("grey, palette, transparent, 16-bit and interlaced PNG become 8-bit colours") {
  for (const bool interlaced : {false, true}) {
    for (const int channels : {1, 2, 3, 4})
      for (const int bits : {8, 16}) {
        const Picture picture = test_picture(23, 31, channels);
        const Picture found = whole(png_bytes(picture, {bits, false, interlaced}));
        for (int y = 0; y < 23; ++y)
          for (int x = 0; x < 31; ++x)
            for (int c = 0; c < 3; ++c) REQUIRE(found.pixel(y, x)[c] == picture.pixel(y, x)[channels < 3 ? 0 : c]);
      }
    const Picture picture = test_picture(9, 14, 1);
    const Picture found = whole(png_bytes(picture, {8, true, interlaced}));
    for (int x = 0; x < 14; ++x) {
      const int index = picture.pixel(4, x)[0];
      CHECK((found.pixel(4, x)[0] == index && found.pixel(4, x)[1] == 255 - index && found.pixel(4, x)[2] == index / 2));
    }
  }
  PixelImage part;
  const Picture picture = test_picture(20, 30);
  open_image(png_bytes(picture))->decode({3, 5, 7, 11}, 1, part);
  CHECK(same(colours(part), cut(picture, {3, 5, 7, 11})));
}

TEST_CASE("an image that is cut off anywhere is damaged, whichever part is asked for") {
  std::vector<std::vector<uint8_t>> images{png_bytes(test_picture(40, 50)), png_bytes(test_picture(40, 50, 4), {16, false, true})};
  for (const auto& [name, form] : jpeg_forms()) images.push_back(jpeg_bytes(test_picture(40, 50, channels_of(form)), form));
  for (const auto& image : images)
    for (size_t kept = 0; kept < image.size(); kept += 1 + image.size() / 97) {
      const std::vector<uint8_t> bytes(image.begin(), image.begin() + static_cast<std::ptrdiff_t>(kept));
      PixelImage out;
      CHECK_THROWS_AS(decode_image(bytes, out), DamagedImage);
      CHECK_THROWS_AS(open_image(bytes)->decode({0, 0, 1, 1}, 1, out), DamagedImage);
    }
}

TEST_CASE("damaged bytes end in pixels or in an error, never in anything else") {
  RandomStream random(9);
  std::vector<std::vector<uint8_t>> images{png_bytes(test_picture(30, 40)), png_bytes(test_picture(30, 40, 1), {8, true, true})};
  for (const auto& [name, form] : jpeg_forms()) images.push_back(jpeg_bytes(test_picture(30, 40, channels_of(form)), form));
  int damaged = 0, decoded = 0;
  for (const auto& image : images)
    for (int i = 0; i < 60; ++i) {
      auto bytes = image;
      for (uint64_t k = 0; k < 1 + random.below(4); ++k) bytes[random.below(bytes.size())] = static_cast<uint8_t>(random.below(256));
      PixelImage out;
      try {
        decode_image(bytes, out);
        ++decoded;
      } catch (const DamagedImage&) {
        ++damaged;
      }
    }
  CHECK((damaged > 0 && decoded > 0));
}

TEST_CASE("a few stray bytes before the end of a JPEG change nothing, many are damage") {
  const auto image = jpeg_bytes(test_picture(32, 48), {});
  const auto with_stray = [&](size_t count) {
    auto bytes = image;
    bytes.insert(bytes.end() - 2, count, uint8_t{0x11});
    return bytes;
  };
  CHECK(same(whole(with_stray(3)), plain_decode(image)));
  PixelImage out;
  CHECK_THROWS_WITH(decode_image(with_stray(500), out), ContainsSubstring("extraneous"));
}

TEST_CASE("what is neither JPEG nor PNG, and an image too large for memory, are refused") {
  CHECK_THROWS_WITH(open_image(std::vector<uint8_t>{}), ContainsSubstring("empty"));
  CHECK_THROWS_WITH(open_image(std::vector<uint8_t>{'G', 'I', 'F', '8', '9', 'a'}), ContainsSubstring("47 49 46"));
  auto bytes = jpeg_bytes(test_picture(8, 8), {JpegForm::Colours::grey, 1, 1});
  for (size_t i = 0; i + 9 < bytes.size(); ++i)
    if (bytes[i] == 0xFF && bytes[i + 1] == 0xC0) bytes[i + 5] = bytes[i + 7] = 0xF0;  // 61448 x 61448
  CHECK_THROWS_WITH(open_image(bytes), ContainsSubstring("61448 x 61448"));
}
