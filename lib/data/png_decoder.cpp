#include "data/png_decoder.h"

#include <png.h>

#include <algorithm>
#include <cassert>
#include <cstring>
#include <string>
#include <vector>

namespace tnn {

/// Everything that libpng's functions touch. They leave by a jump on an error: nothing between here and them may have a destructor.
struct PngDecoder::State {
  std::span<const uint8_t> rest;  ///< what has not been read
  png_structp png = nullptr;
  png_infop info = nullptr;
  ImageExtent extent;
  char message[160] = "no memory";

  State() = default;
  ~State() { png_destroy_read_struct(&png, &info, nullptr); }
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  /// Calls `body`; DamagedImage where libpng gave up in it.
  template <typename Body>
  void guarded(Body body) {
    if (setjmp(png_jmpbuf(png)) != 0) throw DamagedImage(std::string("PNG: ") + message);
    body();
  }

  static void fail(png_structp png, png_const_charp text) {
    auto* state = static_cast<State*>(png_get_error_ptr(png));
    std::strncpy(state->message, text, sizeof state->message - 1);
    png_longjmp(png, 1);
  }

  static void read(png_structp png, png_bytep out, png_size_t count) {
    auto* state = static_cast<State*>(png_get_io_ptr(png));
    if (count > state->rest.size()) png_error(png, "the file is cut off");
    std::copy_n(state->rest.begin(), count, out);
    state->rest = state->rest.subspan(count);
  }

  void ask_for_rgbx() {
    png_set_expand(png);
    png_set_strip_16(png);
    png_set_gray_to_rgb(png);
    png_set_strip_alpha(png);
    png_set_filler(png, 255, PNG_FILLER_AFTER);
    png_set_interlace_handling(png);
    png_read_update_info(png, info);
  }
};

PngDecoder::PngDecoder(std::span<const uint8_t> bytes) : state_(std::make_unique<State>()) {
  State& s = *state_;
  s.rest = bytes;
  s.png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &s, State::fail, [](png_structp, png_const_charp) {});
  if (!s.png) throw SystemError("libpng could not start");
  s.guarded([&s] {
    s.info = png_create_info_struct(s.png);
    if (!s.info) png_error(s.png, "no memory");
    png_set_read_fn(s.png, &s, State::read);
    png_read_info(s.png, s.info);
  });
  s.extent = {static_cast<int>(png_get_image_height(s.png, s.info)), static_cast<int>(png_get_image_width(s.png, s.info))};
}

PngDecoder::~PngDecoder() = default;

ImageExtent PngDecoder::extent() const { return state_->extent; }

void PngDecoder::decode(const PixelBox& region, [[maybe_unused]] int denominator, PixelImage& out) {
  assert(denominator == 1);
  State& s = *state_;
  out.resize(s.extent.height, s.extent.width);
  std::vector<png_bytep> rows;
  for (int y = 0; y < out.height; ++y) rows.push_back(out.row(y));
  s.guarded([&s] { s.ask_for_rgbx(); });
  if (png_get_rowbytes(s.png, s.info) != out.stride) throw DamagedImage("PNG: rows of an unknown layout");
  s.guarded([&s, first = rows.data()] {
    png_read_image(s.png, first);
    png_read_end(s.png, nullptr);
  });
  out.offset = static_cast<size_t>(region.top) * out.stride + static_cast<size_t>(region.left) * PixelImage::kPixelBytes;
  out.height = region.height, out.width = region.width;
}

}  // namespace tnn
