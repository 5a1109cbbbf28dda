#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "data/pixel_image.h"

namespace tnn::test {

/// Pixels beside each other, `channels` bytes each, without gaps.
struct Picture {
  int height = 0, width = 0, channels = 3;
  std::vector<uint8_t> bytes;
  const uint8_t* pixel(int y, int x) const {
    return bytes.data() + (static_cast<size_t>(y) * static_cast<size_t>(width) + static_cast<size_t>(x)) * static_cast<size_t>(channels);
  }
};

/// Smooth shapes with some noise, so that every coefficient of a JPEG is used.
Picture test_picture(int height, int width, int channels = 3, uint64_t seed = 1);

/// How a JPEG file is written.
struct JpegForm {
  enum class Colours { grey, ycc, rgb, cmyk, ycck } colours = Colours::ycc;
  int horizontal = 2, vertical = 2;  ///< sampling of the first component
  bool progressive = false;
  bool adobe_marker = true;  ///< of CMYK; YCCK always has it
  int restart_rows = 0;
};
/// Four channels for cmyk and ycck, one for grey, else three.
std::vector<uint8_t> jpeg_bytes(const Picture& picture, const JpegForm& form);
/// Every form that readers meet, with its name.
std::vector<std::pair<std::string, JpegForm>> jpeg_forms();
int channels_of(const JpegForm& form);

/// The whole image by libjpeg-turbo's plain interface with its defaults: RGB, or CMYK as stored. `denominator`: its scaled size.
Picture plain_decode(const std::vector<uint8_t>& bytes, int denominator = 1);

/// How a PNG file is written: the picture's channels (1 grey, 2 with alpha, 3 colour, 4 with alpha) or a palette of the first channel.
struct PngForm {
  int bits = 8;
  bool palette = false, interlaced = false;
};
std::vector<uint8_t> png_bytes(const Picture& picture, const PngForm& form = {});

/// The red, green and blue bytes of an image.
Picture colours(const PixelImage& image);
bool same(const Picture& a, const Picture& b);

}  // namespace tnn::test
