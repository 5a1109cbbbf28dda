#include "image_files.h"

#include <cmath>
#include <cstdio>
#include <cstdlib>
// clang-format off
#include <jpeglib.h>
// clang-format on
#include <png.h>

#include "core/random_stream.h"

namespace tnn::test {

Picture test_picture(int height, int width, int channels, uint64_t seed) {
  Picture picture{height, width, channels, {}};
  RandomStream random(seed);
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x)
      for (int c = 0; c < channels; ++c) {
        const double wave = 128 + 90 * std::sin(0.11 * x * (c + 1) + 0.07 * y) + 30 * std::cos(0.9 * y - 0.4 * x);
        const double value = wave + static_cast<double>(random.below(17)) - 8;
        picture.bytes.push_back(static_cast<uint8_t>(std::fmin(255, std::fmax(0, value))));
      }
  return picture;
}

int channels_of(const JpegForm& form) {
  using Colours = JpegForm::Colours;
  return form.colours == Colours::grey ? 1 : form.colours == Colours::cmyk || form.colours == Colours::ycck ? 4 : 3;
}

std::vector<uint8_t> jpeg_bytes(const Picture& picture, const JpegForm& form) {
  using Colours = JpegForm::Colours;
  jpeg_compress_struct info{};
  jpeg_error_mgr errors{};
  info.err = jpeg_std_error(&errors);
  jpeg_create_compress(&info);
  unsigned char* memory = nullptr;
  unsigned long size = 0;
  jpeg_mem_dest(&info, &memory, &size);
  info.image_width = static_cast<unsigned>(picture.width);
  info.image_height = static_cast<unsigned>(picture.height);
  info.input_components = picture.channels;
  info.in_color_space = picture.channels == 1 ? JCS_GRAYSCALE : picture.channels == 4 ? JCS_CMYK : JCS_RGB;
  jpeg_set_defaults(&info);
  const J_COLOR_SPACE spaces[] = {JCS_GRAYSCALE, JCS_YCbCr, JCS_RGB, JCS_CMYK, JCS_YCCK};
  jpeg_set_colorspace(&info, spaces[static_cast<int>(form.colours)]);
  jpeg_set_quality(&info, 85, TRUE);
  if (form.colours == Colours::cmyk) info.write_Adobe_marker = form.adobe_marker ? TRUE : FALSE;
  if (form.colours == Colours::ycc || form.colours == Colours::ycck) {
    info.comp_info[0].h_samp_factor = form.horizontal;
    info.comp_info[0].v_samp_factor = form.vertical;
    if (form.colours == Colours::ycck) info.comp_info[3].h_samp_factor = form.horizontal, info.comp_info[3].v_samp_factor = form.vertical;
  }
  info.restart_in_rows = form.restart_rows;
  if (form.progressive) jpeg_simple_progression(&info);
  jpeg_start_compress(&info, TRUE);
  const auto stride = static_cast<size_t>(picture.width) * static_cast<size_t>(picture.channels);
  while (info.next_scanline < info.image_height) {
    JSAMPROW row = const_cast<uint8_t*>(picture.bytes.data()) + info.next_scanline * stride;
    jpeg_write_scanlines(&info, &row, 1);
  }
  jpeg_finish_compress(&info);
  std::vector<uint8_t> bytes(memory, memory + size);
  jpeg_destroy_compress(&info);
  std::free(memory);
  return bytes;
}

std::vector<std::pair<std::string, JpegForm>> jpeg_forms() {
  using Colours = JpegForm::Colours;
  return {{"4:2:0", {}},
          {"4:2:2", {Colours::ycc, 2, 1}},
          {"4:4:0", {Colours::ycc, 1, 2}},
          {"4:4:4", {Colours::ycc, 1, 1}},
          {"4:1:1", {Colours::ycc, 4, 1}},
          {"4:2:0 progressive", {Colours::ycc, 2, 2, true}},
          {"4:2:0 with restarts", {Colours::ycc, 2, 2, false, true, 1}},
          {"grey", {Colours::grey, 1, 1}},
          {"RGB", {Colours::rgb, 1, 1}},
          {"CMYK", {Colours::cmyk, 1, 1}},
          {"CMYK not inverted", {Colours::cmyk, 1, 1, false, false}},
          {"YCCK", {Colours::ycck, 2, 2}}};
}

Picture plain_decode(const std::vector<uint8_t>& bytes, int denominator) {
  jpeg_decompress_struct info{};
  jpeg_error_mgr errors{};
  info.err = jpeg_std_error(&errors);
  jpeg_create_decompress(&info);
  jpeg_mem_src(&info, bytes.data(), bytes.size());
  jpeg_read_header(&info, TRUE);
  if (info.out_color_space == JCS_GRAYSCALE) info.out_color_space = JCS_RGB;
  info.scale_num = 1;
  info.scale_denom = static_cast<unsigned>(denominator);
  jpeg_start_decompress(&info);
  Picture picture{static_cast<int>(info.output_height), static_cast<int>(info.output_width), info.output_components, {}};
  const size_t stride = info.output_width * static_cast<size_t>(info.output_components);
  picture.bytes.resize(info.output_height * stride);
  while (info.output_scanline < info.output_height) {
    JSAMPROW row = picture.bytes.data() + info.output_scanline * stride;
    jpeg_read_scanlines(&info, &row, 1);
  }
  jpeg_finish_decompress(&info);
  jpeg_destroy_decompress(&info);
  return picture;
}

std::vector<uint8_t> png_bytes(const Picture& picture, const PngForm& form) {
  std::vector<uint8_t> bytes;
  png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, nullptr, nullptr, nullptr);
  png_infop info = png_create_info_struct(png);
  png_set_write_fn(
      png, &bytes,
      [](png_structp writer, png_bytep data, png_size_t count) {
        auto* out = static_cast<std::vector<uint8_t>*>(png_get_io_ptr(writer));
        out->insert(out->end(), data, data + count);
      },
      nullptr);
  const int types[] = {PNG_COLOR_TYPE_GRAY, PNG_COLOR_TYPE_GRAY_ALPHA, PNG_COLOR_TYPE_RGB, PNG_COLOR_TYPE_RGB_ALPHA};
  png_set_IHDR(png, info, static_cast<unsigned>(picture.width), static_cast<unsigned>(picture.height), form.bits,
               form.palette ? PNG_COLOR_TYPE_PALETTE : types[picture.channels - 1],
               form.interlaced ? PNG_INTERLACE_ADAM7 : PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  std::vector<png_color> palette;
  for (int i = 0; i < 256; ++i) palette.push_back({static_cast<png_byte>(i), static_cast<png_byte>(255 - i), static_cast<png_byte>(i / 2)});
  if (form.palette) png_set_PLTE(png, info, palette.data(), 256);
  const auto values = static_cast<size_t>(picture.width) * static_cast<size_t>(picture.channels);
  std::vector<std::vector<uint8_t>> rows;
  std::vector<png_bytep> pointers;
  for (int y = 0; y < picture.height; ++y) {
    std::vector<uint8_t> row;
    for (size_t i = 0; i < values; ++i) {
      row.push_back(picture.bytes[static_cast<size_t>(y) * values + i]);
      if (form.bits == 16) row.push_back(static_cast<uint8_t>(i * 37));
    }
    rows.push_back(std::move(row));
  }
  for (auto& row : rows) pointers.push_back(row.data());
  png_set_rows(png, info, pointers.data());
  png_write_png(png, info, PNG_TRANSFORM_IDENTITY, nullptr);
  png_destroy_write_struct(&png, &info);
  return bytes;
}

Picture colours(const PixelImage& image) {
  Picture picture{image.height, image.width, 3, {}};
  for (int y = 0; y < image.height; ++y)
    for (int x = 0; x < image.width; ++x) {
      const uint8_t* pixel = image.row(y) + static_cast<size_t>(x) * PixelImage::kPixelBytes;
      picture.bytes.insert(picture.bytes.end(), pixel, pixel + 3);
    }
  return picture;
}

bool same(const Picture& a, const Picture& b) {
  return a.height == b.height && a.width == b.width && a.channels == b.channels && a.bytes == b.bytes;
}

}  // namespace tnn::test
